/** What a probe writes into the folder of its run. */
import { recordsToCsv } from '../results/csv.ts';
import { formatReference } from '../results/jsonl.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { ProbeRecord } from '../results/records.ts';
import type { ProbeSummary } from '../results/summary.ts';
import { probeFigures } from '../report/probe-figures.ts';
import type { RunFolder } from './run-folder.ts';

/** Writes all results of a finished run, records in the plan's order. */
export async function writeProbe(
  folder: RunFolder<'probe'>,
  records: readonly ProbeRecord[],
  summary: ProbeSummary,
  manifest: RunManifest,
): Promise<void> {
  await folder.writeRecords(manifest, records);
  for (const { label } of manifest.schemes) {
    // The published probe's lines carry no polarity: a file for each keeps its scripts right.
    const of = (polarity: string) =>
      records.filter((record) => record.scheme === label && record.polarity === polarity);
    await folder.write(`reference-${label}.jsonl`, formatReference(of('positive')));
    await folder.write(`reference-negatives-${label}.jsonl`, formatReference(of('negative')));
  }
  await folder.write('records.csv', recordsToCsv(records));
  await folder.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  for (const { name, svg } of probeFigures(summary, manifest))
    await folder.write(`${name}.svg`, svg);
}
