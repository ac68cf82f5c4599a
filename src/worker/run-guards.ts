/** What a run in the tab checks and opens before its engine works: the same for every experiment. */
import type { ProbeDataset } from '../data/dataset.ts';
import { ownDataset } from '../data/user-pictures.ts';
import type { PictureSet } from '../protocol/picture-set.ts';
import { resumeConflict, type RunManifest } from '../results/manifest.ts';

/** A lost device may leave a run on another provider, whose answers must not mix with the first's. */
export function checkSameRun(before: RunManifest, now: RunManifest): void {
  const [began, runs] = [before.runtime.provider, now.runtime.provider];
  if (began !== runs) {
    throw new Error(
      `The run began on ${began}, but the model runs on ${runs} now, and answers of the two are not mixed. Start a new run, or reload the page to get ${began} back.`,
    );
  }
  const conflict = resumeConflict(before, now);
  if (conflict !== null) throw new Error(conflict);
}

/** Own pictures that cannot fill a grid stand among the embedded ones, as the only targets. */
export async function openPictureSet(
  set: PictureSet,
  embedded: ProbeDataset,
): Promise<ProbeDataset> {
  if (set === 'embedded') return embedded;
  if (set.pictures.length === 0) {
    throw new Error('There are no own pictures to run on yet. Add some on the bench first.');
  }
  return ownDataset(set.name, set.pictures, embedded);
}
