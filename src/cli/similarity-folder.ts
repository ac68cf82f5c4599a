/** What a similarity run writes into the folder of its run. */
import type { BiasMapSource } from '../figures/bias-maps.ts';
import { similarityFigures } from '../report/similarity-figures.ts';
import { tableToCsv } from '../results/csv.ts';
import type { RunManifest } from '../results/manifest.ts';
import {
  formatReferenceSimilarities,
  similaritiesToCsv,
  type SimilarityRecord,
} from '../results/similarity.ts';
import type { SimilaritySummary } from '../results/similarity-summary.ts';
import type { RunFolder } from './run-folder.ts';

/** Writes all results of a finished run, records in the plan's order. */
export async function writeSimilarity(
  folder: RunFolder<'similarity'>,
  records: readonly SimilarityRecord[],
  summary: SimilaritySummary,
  manifest: RunManifest,
): Promise<void> {
  const { model, dataset, groups, seed } = manifest;
  await folder.writeRecords(manifest, records);
  await folder.write('reference.jsonl', formatReferenceSimilarities(records));
  await folder.write('records.csv', similaritiesToCsv(records));
  const where = { model: model.name, dataset: dataset.name, groups, seed };
  await writeSimilarityFigures(folder, summary, where);
}

/** The figure on both scales, its numbers, and the summary. */
export async function writeSimilarityFigures(
  folder: RunFolder<'similarity'>,
  summary: SimilaritySummary,
  where: Omit<BiasMapSource, 'quantity'>,
): Promise<void> {
  const figures = similarityFigures(summary, where);
  for (const { name, svg } of figures) await folder.write(`${name}.svg`, svg);
  await folder.write('figure.csv', tableToCsv(figures[0]!.numbers));
  await folder.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
}
