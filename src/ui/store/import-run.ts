import type { KeptRequest } from '../../kept/run-schema.ts';
import { newRun, type RunStore, withLines } from '../../kept/run-store.ts';
import { unpackRun } from '../../results/run-archive.ts';
import {
  type AnyRecord,
  layoutOf,
  plannedRecords,
  readRun,
  type StoredRun,
} from '../../results/run-layout.ts';

/**
 * Keeps the run of a file that was made here or elsewhere, all of it or nothing.
 * @param embedded the data set that came with the page, on whose pictures a run can go on
 * @throws a sentence where the file holds no run, or one that is kept already
 */
export async function importRun(
  runs: RunStore,
  file: File,
  embedded: string | undefined,
): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const stored = readRun(unpackRun(bytes, file.name), file.name);
  const same = (await runs.list()).find(
    ({ manifest }) => JSON.stringify(manifest) === JSON.stringify(stored.manifest),
  );
  if (same !== undefined)
    throw new Error(
      `${file.name} holds a run that is kept already. Remove that one to replace it.`,
    );
  const { experiment, manifest, records } = stored;
  const planned = plannedRecords(stored) ?? records.length;
  const { format } = layoutOf(experiment);
  const lines = (records as readonly AnyRecord[]).map(format);
  const run = withLines(newRun(crypto.randomUUID(), experiment, manifest), lines);
  const whole = records.length >= planned;
  const share = planned === 0 ? 1 : Math.min(1, records.length / planned);
  const asked = requestOf(stored, embedded);
  const state = whole ? 'finished' : 'cancelled';
  await runs.write({ ...run, share, state, resumable: asked !== undefined }, lines, asked);
}

/**
 * What a probe from elsewhere was asked with, where it is of the data set of that name; whether its pictures
 * are the same is checked before it goes on.
 */
function requestOf({ manifest }: StoredRun, embedded: string | undefined): KeptRequest | undefined {
  const { experiment, dataset, groups, seed, schemes, picturesPerBatch } = manifest;
  if (experiment !== 'probe' || dataset.name !== embedded) return undefined;
  return { experiment, request: { dataset: 'embedded', groups, seed, schemes, picturesPerBatch } };
}
