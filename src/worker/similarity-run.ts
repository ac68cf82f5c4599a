/** The similarity diagnosis in the tab: of the bench's target, or of many. */
import type { ProbeDataset } from '../data/dataset.ts';
import { hashImage } from '../data/dataset.ts';
import {
  planSimilarity,
  planTargets,
  runSimilarity,
  similarityManifest,
} from '../experiments/similarity.ts';
import type { BenchScope, SimilarityRequest } from '../protocol/diagnosis.ts';
import type { SimilarityRecord } from '../results/similarity.ts';
import type { PlannedDiagnosis } from './diagnoses.ts';
import { openPictureSet } from './run-guards.ts';

/** One picture at a time, so that maps fill cell by cell and Cancel never waits for a whole group. */
const PICTURES_PER_BATCH = 1;

export async function planSimilarityRun(
  { scope }: SimilarityRequest,
  embedded: ProbeDataset,
): Promise<PlannedDiagnosis<SimilarityRecord>> {
  if (scope.kind === 'bench') return planBench(scope);
  const dataset = await openPictureSet(scope.dataset, embedded);
  const { groups, seed } = scope;
  const plan = planSimilarity(dataset, { groups, seed, picturesPerBatch: PICTURES_PER_BATCH });
  const { name, hash, items, cell } = dataset;
  const source = { dataset: { name, hash, items: items.length }, side: cell };
  return {
    manifest: (engine, startedAt) => similarityManifest(engine, source, plan, startedAt),
    run: (engine, options) => runSimilarity(engine, dataset, plan, options),
  };
}

async function planBench({
  target,
  targetId: id,
  caption,
  side,
}: BenchScope): Promise<PlannedDiagnosis<SimilarityRecord>> {
  const plan = planTargets([{ id, caption }], 0, PICTURES_PER_BATCH);
  const pictures = { cell: side, picture: () => Promise.resolve(target) };
  const source = { dataset: { name: 'bench', hash: await hashImage(target), items: 1 }, side };
  return {
    manifest: (engine, startedAt) => similarityManifest(engine, source, plan, startedAt),
    run: (engine, options) => runSimilarity(engine, pictures, plan, options),
  };
}
