/** Perception maps in the tab: of the bench's picture, or of groups. */
import { hashImage, type ProbeDataset } from '../data/dataset.ts';
import type { CoverOptions } from '../experiments/perception-plan.ts';
import {
  perceptionManifest,
  planPerception,
  planPicture,
  runPerception,
  type PerceptionPlan,
} from '../experiments/perception.ts';
import type { PerceptionRequest } from '../protocol/diagnosis.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { PerceptionRecord } from '../results/perception-records.ts';
import type { PlannedDiagnosis } from './diagnoses.ts';
import { openPictureSet } from './run-guards.ts';

/** Covered pictures run together: few, so that Cancel and the bench never wait for long. */
const BATCH = 4;

export async function planPerceptionRun(
  { scope, schemes, modes, tiles, fill }: PerceptionRequest,
  embedded: ProbeDataset,
): Promise<PlannedDiagnosis<PerceptionRecord>> {
  const cover: CoverOptions = { schemes, modes, tiles, tile: 'auto', fill, batch: BATCH };
  if (scope.kind === 'bench') {
    const hash = await hashImage(scope.image);
    return planned(planPicture(scope, cover), { name: 'bench', hash, items: 1 });
  }
  const dataset = await openPictureSet(scope.dataset, embedded);
  const { groups, seed } = scope;
  const { name, hash, items } = dataset;
  const plan = planPerception(dataset, { groups, seed, ...cover });
  return planned(plan, { name, hash, items: items.length });
}

function planned(
  plan: PerceptionPlan,
  dataset: RunManifest['dataset'],
): PlannedDiagnosis<PerceptionRecord> {
  return {
    manifest: (engine, startedAt) => perceptionManifest(engine, dataset, plan, startedAt),
    run: (engine, options) => runPerception(engine, plan, options),
  };
}
