/** One experiment of a study in a folder of its own. */
import { join } from 'node:path';
import type { StudyPart } from '../experiments/study.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Experiment, RecordOf, StoredRun } from '../results/run-layout.ts';
import type { RunProgress } from '../results/run-progress.ts';
import type { Engine } from '../runtime/engine.ts';
import { RunFolder } from './run-folder.ts';

/** Writes all results of a finished run, as the experiment's own command does. */
export type WriteRun<E extends Experiment> = (
  folder: RunFolder<E>,
  records: readonly RecordOf<E>[],
  manifest: RunManifest,
) => Promise<void>;

export interface PartOptions {
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

/** An experiment with its place; what kind its records are is known inside alone. */
export interface OpenPart {
  readonly experiment: Experiment;
  readonly passes: number;
  /** @throws when the folder already holds a run, or results of one */
  refuseOverwrite(): Promise<void>;
  /** Runs what is missing and writes the results. @throws as `RunFolder.readDone` and the experiment do */
  finish(engine: Engine, options: PartOptions): Promise<StoredRun>;
}

/** Makes the experiment's folder below `out`. @throws when it cannot be made */
export async function openPart<E extends Experiment>(
  out: string,
  part: StudyPart<E>,
  write: WriteRun<E>,
): Promise<OpenPart> {
  const { experiment, passes } = part;
  const folder = await RunFolder.open(join(out, experiment), experiment);
  return {
    experiment,
    passes,
    refuseOverwrite: () => folder.refuseOverwrite(),
    async finish(engine, { resume, signal, onProgress }) {
      const planned = part.manifest(engine, new Date().toISOString());
      const done = resume ? await folder.readDone(planned) : new Map<string, RecordOf<E>>();
      const manifest = await folder.begin(planned, resume);
      const onRecord = (record: RecordOf<E>) => folder.append(record);
      const records = await part.run(engine, { done, onRecord, onProgress, signal });
      await write(folder, records, manifest);
      return { experiment, manifest, records } as unknown as StoredRun;
    },
  };
}
