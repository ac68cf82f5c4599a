/** What information flow writes into the folder of its run. */
import { flowFigures } from '../report/flow-figures.ts';
import { tableToCsv } from '../results/csv.ts';
import type { FlowResult } from '../results/flow-maps.ts';
import { flowsToCsv, type FlowRecord } from '../results/flow-records.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { RunFolder } from './run-folder.ts';

/** Writes all results of a finished run: records, numbers, figures, and the numbers behind each figure. */
export async function writeFlow(
  folder: RunFolder<'flow'>,
  records: readonly FlowRecord[],
  result: FlowResult,
  manifest: RunManifest,
): Promise<void> {
  await folder.writeRecords(manifest, records);
  await folder.write('records.csv', flowsToCsv(records));
  await folder.write('flow.json', `${JSON.stringify(result)}\n`);
  for (const { name, svg, numbers } of flowFigures(result, manifest)) {
    await folder.write(`${name}.svg`, svg);
    await folder.write(`${name}.csv`, tableToCsv(numbers));
  }
}
