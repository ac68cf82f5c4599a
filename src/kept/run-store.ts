/** Runs that the browser keeps, in IndexedDB: what is written is whole, or is not there. */
import { openDB, type IDBPDatabase } from 'idb';
import type { RunManifest } from '../results/manifest.ts';
import { type AnyRecord, inPlanOrder, layoutOf, type StoredRun } from '../results/run-layout.ts';
import {
  type KeptRequest,
  type KeptRun,
  linesOf,
  type RunTables,
  STORE_NAME,
  STORE_VERSION,
  upgradeTables,
} from './run-schema.ts';

/**
 * A batch of records is flushed to the disk before it counts as kept: it may be all that a model of
 * many gigabytes did in a minute, and a flush takes milliseconds.
 */
const DURABLE = { durability: 'strict' } as const;

/** There is no room left. What was kept before is kept still. */
export class RunsFullError extends Error {}

export class RunStore {
  private constructor(private readonly db: IDBPDatabase<RunTables>) {}

  /**
   * Opens the store, made anew or brought to this version where that has to be.
   * @param onClosed told once where the browser, or a page of a newer version, takes the store away
   * @throws a sentence where the browser keeps nothing, or a newer version wrote the store
   */
  static async open(onClosed: () => void = () => {}): Promise<RunStore> {
    // Without locks two tabs could write one run.
    if (navigator.locks === undefined || globalThis.indexedDB === undefined)
      throw new Error(
        'Runs are kept only where the page comes by HTTPS or from this machine (localhost), so those of this page are in the tab alone. Export what you need before it is closed.',
      );
    let stuck: ((error: Error) => void) | undefined;
    const blocked = new Promise<never>((_, reject) => (stuck = reject));
    const opening = openDB<RunTables>(STORE_NAME, STORE_VERSION, {
      upgrade: (db, from, _, transaction) => {
        upgradeTables(db, from, transaction).catch(() => transaction.abort());
      },
      blocked: () =>
        stuck?.(
          new Error(
            'Another tab holds the store of runs in an older version of the workbench, so runs are not kept here. Close the other tabs and reload.',
          ),
        ),
      // A page of a newer version waits for this: it could not open the store otherwise.
      blocking: (_, __, event) => {
        (event.target as IDBDatabase).close();
        onClosed();
      },
      terminated: onClosed,
    });
    // Where it was blocked and opens in the end, nobody wants it any more.
    void Promise.allSettled([blocked, opening]).then(([first, second]) => {
      if (first.status === 'rejected' && second.status === 'fulfilled') second.value.close();
    });
    try {
      return new RunStore(await Promise.race([opening, blocked]));
    } catch (error) {
      throw explained(error);
    }
  }

  close(): void {
    this.db.close();
  }

  /** All runs, the newest change first. */
  async list(): Promise<KeptRun[]> {
    const runs = await this.db.getAll('runs');
    return runs.sort((a, b) => b.changedAt.localeCompare(a.changedAt));
  }

  run(id: string): Promise<KeptRun | undefined> {
    return this.db.get('runs', id);
  }

  async request(id: string): Promise<KeptRequest | undefined> {
    return (await this.db.get('requests', id))?.asked;
  }

  /**
   * A run's records from number `from` on, in the order in which they were made.
   * @throws naming what is wrong with a record
   */
  async records(run: KeptRun, from = 0): Promise<AnyRecord[]> {
    const lines = await this.db.getAll('lines', linesOf(run.id, from));
    const text = lines.map(({ line }) => line).join('');
    return layoutOf(run.experiment).parse(text, 'the run that is kept');
  }

  /** A run as it would be read from its files. @throws naming what is wrong with a record */
  async read(run: KeptRun): Promise<StoredRun> {
    const { experiment, manifest } = run;
    const records = inPlanOrder(layoutOf(experiment), manifest, await this.records(run));
    return { experiment, manifest, records } as StoredRun;
  }

  /**
   * Writes a run with lines that follow those it has, and its request where one is given; all of it or
   * nothing.
   * @param lines of the records from number `run.records - lines.length` on
   * @throws RunsFullError where there is no room; a sentence where it fails otherwise
   */
  async write(run: KeptRun, lines: readonly string[], asked?: KeptRequest): Promise<void> {
    const tables = ['runs', 'lines', 'requests'] as const;
    try {
      const transaction = this.db.transaction(tables, 'readwrite', DURABLE);
      const from = run.records - lines.length;
      const wishes = [
        transaction.objectStore('runs').put(run),
        ...lines.map((line, i) =>
          transaction.objectStore('lines').put({ run: run.id, at: from + i, line }),
        ),
        ...(asked ? [transaction.objectStore('requests').put({ run: run.id, asked })] : []),
      ];
      // At once: on WASM the worker may not come back to this before the next answer is there.
      transaction.commit();
      await Promise.all([...wishes, transaction.done]);
    } catch (error) {
      throw explained(error);
    }
  }

  async remove(id: string): Promise<void> {
    const transaction = this.db.transaction(['runs', 'lines', 'requests'], 'readwrite', DURABLE);
    await Promise.all([
      transaction.objectStore('lines').delete(linesOf(id)),
      transaction.objectStore('requests').delete(id),
      transaction.objectStore('runs').delete(id),
      transaction.done,
    ]);
  }
}

/** A run that nothing was kept of yet. */
export function newRun(
  id: string,
  experiment: KeptRun['experiment'],
  manifest: RunManifest,
): KeptRun {
  return {
    id,
    experiment,
    manifest,
    state: 'running',
    records: 0,
    bytes: 0,
    share: 0,
    resumable: false,
    changedAt: new Date().toISOString(),
  };
}

/** The run with more lines: their count, their length, and the time. */
export function withLines(run: KeptRun, lines: readonly string[]): KeptRun {
  return {
    ...run,
    records: run.records + lines.length,
    bytes: lines.reduce((sum, line) => sum + line.length, run.bytes),
    changedAt: new Date().toISOString(),
  };
}

/** Errors of the browser as sentences. */
function explained(error: unknown): Error {
  if (!(error instanceof DOMException)) return error as Error;
  const options = { cause: error };
  if (error.name === 'VersionError')
    return new Error(
      'The runs that this browser keeps were written by a newer version of the workbench. They are left as they are, and runs of this page are not kept: reload to get the newer version.',
      options,
    );
  if (error.name === 'QuotaExceededError')
    return new RunsFullError(
      'There is no room left in the storage that the browser gives this page. Remove runs or models that are not needed.',
      options,
    );
  return new Error(
    `This browser keeps no runs for the page (${error.message.replace(/\.$/, '')}), as may be in a private window.`,
    options,
  );
}
