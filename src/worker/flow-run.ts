/** Information flow in the tab: of the bench's picture and question, or the mean of groups. */
import { hashImage, type ProbeDataset } from '../data/dataset.ts';
import { planBench, planFlow, type FlowPlan } from '../experiments/flow-plan.ts';
import { flowManifest, runFlow } from '../experiments/flow.ts';
import type { FlowRequest } from '../protocol/diagnosis.ts';
import type { FlowRecord } from '../results/flow-records.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { PlannedDiagnosis } from './diagnoses.ts';
import { openPictureSet } from './run-guards.ts';

export async function planFlowRun(
  { scope, schemes, heads }: FlowRequest,
  embedded: ProbeDataset,
): Promise<PlannedDiagnosis<FlowRecord>> {
  if (scope.kind === 'bench') {
    const hash = await hashImage(scope.image);
    return planned(planBench(scope, schemes, heads), { name: 'bench', hash, items: 1 });
  }
  const dataset = await openPictureSet(scope.dataset, embedded);
  const { groups, seed } = scope;
  const { name, hash, items } = dataset;
  const plan = planFlow(dataset, { groups, seed, schemes, heads });
  return planned(plan, { name, hash, items: items.length });
}

function planned(plan: FlowPlan, dataset: RunManifest['dataset']): PlannedDiagnosis<FlowRecord> {
  return {
    manifest: (engine, startedAt) => flowManifest(engine, dataset, plan, startedAt),
    run: (engine, options) => runFlow(engine, plan, options),
  };
}
