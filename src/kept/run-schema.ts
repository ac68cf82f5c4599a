/** The tables of the browser's store of runs, and the way from each older version to the next. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { DiagnosisRequest } from '../protocol/diagnosis.ts';
import type { ProbeRequest } from '../protocol/workbench.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Experiment } from '../results/run-layout.ts';

export const STORE_NAME = 'bapa-runs';
export const STORE_VERSION = 2;

/** `running` and `paused` of a run that no tab holds: it was cut off. */
export type KeptState = 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** A run but for its records. Plain JSON. */
export interface KeptRun {
  readonly id: string;
  readonly experiment: Experiment;
  readonly manifest: RunManifest;
  readonly state: KeptState;
  /** Why it failed, as a sentence. */
  readonly failure?: string | undefined;
  /** Records that are kept, and the length of their lines. */
  readonly records: number;
  readonly bytes: number;
  /** How far it is, from 0 to 1. */
  readonly share: number;
  /** Whether the request is kept that it can go on with; of a run from elsewhere it is not. */
  readonly resumable: boolean;
  /** ISO 8601. */
  readonly changedAt: string;
}

/** What a run was asked with, its own pictures included. */
export type KeptRequest =
  | { readonly experiment: 'probe'; readonly request: Omit<ProbeRequest, 'resume'> }
  | { readonly experiment: DiagnosisRequest['kind']; readonly request: DiagnosisRequest };

/** A record as the line that it has in a file, numbered in the order in which they were made. */
export interface KeptLine {
  readonly run: string;
  readonly at: number;
  readonly line: string;
}

export interface RunTables extends DBSchema {
  runs: { key: string; value: KeptRun };
  /** Apart from the runs: own pictures are large, and a list of runs has no use for them. */
  requests: { key: string; value: { readonly run: string; readonly asked: KeptRequest } };
  lines: { key: [run: string, at: number]; value: KeptLine };
}

type Upgrade = IDBPTransaction<RunTables, StoreNames<RunTables>[], 'versionchange'>;

/** A run as version 1 kept it: with its request, and without counts. */
type FirstRun = Omit<KeptRun, 'records' | 'bytes' | 'share' | 'resumable'> & {
  readonly asked?: KeptRequest;
};

/**
 * The step to each version from the one before. They run in the transaction that changes the version:
 * where one fails, the store stays as it was.
 */
const STEPS: readonly ((db: IDBPDatabase<RunTables>, upgrade: Upgrade) => Promise<void>)[] = [
  async function toFirst(db) {
    db.createObjectStore('runs', { keyPath: 'id' });
    db.createObjectStore('lines', { keyPath: ['run', 'at'] });
  },
  async function toSecond(db, upgrade) {
    db.createObjectStore('requests', { keyPath: 'run' });
    const runs = upgrade.objectStore('runs');
    for (const first of (await runs.getAll()) as unknown as FirstRun[]) {
      const { asked, ...run } = first;
      const lines = await upgrade.objectStore('lines').getAll(linesOf(run.id));
      if (asked) await upgrade.objectStore('requests').put({ run: run.id, asked });
      await runs.put({
        ...run,
        records: lines.length,
        bytes: lines.reduce((sum, { line }) => sum + line.length, 0),
        // How far it was is told again when it goes on.
        share: run.state === 'finished' ? 1 : 0,
        resumable: asked !== undefined,
      });
    }
  },
];

/** Brings a store of an older version, 0 for none, to this one. */
export async function upgradeTables(
  db: IDBPDatabase<RunTables>,
  from: number,
  upgrade: Upgrade,
): Promise<void> {
  for (const step of STEPS.slice(from)) await step(db, upgrade);
}

/** The keys of a run's lines, those from number `from` on. */
export function linesOf(run: string, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([run, from], [run, Infinity]);
}
