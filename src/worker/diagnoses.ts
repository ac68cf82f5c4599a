/** The table of diagnoses: how each kind is planned and run. A new one is a row and a file beside. */
import type { ProbeDataset } from '../data/dataset.ts';
import type { RunOptions } from '../experiments/run-options.ts';
import type { DiagnosisKind, RequestOf, SampleOf } from '../protocol/diagnosis.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { RuntimeEngine } from '../runtime/model-engine.ts';
import { planFlowRun } from './flow-run.ts';
import { planPerceptionRun } from './perception-run.ts';
import { planSimilarityRun } from './similarity-run.ts';

/** A diagnosis that knows what to do; a lost device means that it is run again on another engine. */
export interface PlannedDiagnosis<Sample> {
  /** `startedAt` is an ISO 8601 time. */
  manifest(engine: RuntimeEngine, startedAt: string): RunManifest;
  /** Hands samples on as they are finished; those in `done` are not made again. */
  run(engine: RuntimeEngine, options: RunOptions<Sample>): Promise<unknown>;
}

type PlanDiagnosis<Kind extends DiagnosisKind> = (
  request: RequestOf<Kind>,
  embedded: ProbeDataset,
) => Promise<PlannedDiagnosis<SampleOf<Kind>>>;

export const DIAGNOSES: { readonly [Kind in DiagnosisKind]: PlanDiagnosis<Kind> } = {
  perception: planPerceptionRun,
  similarity: planSimilarityRun,
  flow: planFlowRun,
};
