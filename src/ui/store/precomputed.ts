/** The study that ships with the page, so that it shows something before the model is there. */
import { ARCHIVE_ENDING, unpackRun } from '../../results/run-archive.ts';
import { readRun, type Experiment, type StoredRun } from '../../results/run-layout.ts';

/**
 * Reads a run that the command line's `study` packed; undefined where there is none.
 * @throws a sentence where it is damaged
 */
export async function readPrecomputed(
  folder: string,
  experiment: Experiment,
): Promise<StoredRun | undefined> {
  const file = `${experiment}${ARCHIVE_ENDING}`;
  const response = await fetch(new URL(file, folder));
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${response.url} was answered with status ${response.status}.`);
  return readRun(unpackRun(new Uint8Array(await response.arrayBuffer()), file), file);
}
