/** The folder of an information flow run: records appended as they come, everything else at the end. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flowFigures } from '../report/flow-figures.ts';
import { tableToCsv } from '../results/csv.ts';
import type { FlowResult } from '../results/flow-maps.ts';
import { flowsToCsv, formatFlows, type FlowRecord } from '../results/flow-records.ts';
import type { RunManifest } from '../results/manifest.ts';
import { CommandError } from './failure.ts';
import { makeFolder } from './places.ts';
import { readOptional, writeWhole } from './run-files.ts';

const MANIFEST = 'manifest.json';
const RECORDS = 'records.jsonl';
const RESULT = 'flow.json';

export class FlowFolder {
  private constructor(readonly folder: string) {}

  /** Makes the folder (its parents too). @throws when it cannot be made, or holds results already */
  static async open(folder: string): Promise<FlowFolder> {
    await makeFolder(folder, '--out');
    for (const file of [MANIFEST, RECORDS, RESULT])
      if ((await readOptional(join(folder, file))) !== undefined)
        throw new CommandError(
          `The folder ${folder} already holds results (${file}). Choose another --out.`,
        );
    return new FlowFolder(folder);
  }

  async begin(manifest: RunManifest): Promise<void> {
    await this.write(MANIFEST, toJson(manifest));
    await writeFile(join(this.folder, RECORDS), '');
  }

  async append(record: FlowRecord): Promise<void> {
    await appendFile(join(this.folder, RECORDS), formatFlows([record]));
  }

  /** Writes all results of a finished run: numbers, figures, and the numbers behind each figure. */
  async finish(
    records: readonly FlowRecord[],
    result: FlowResult,
    manifest: RunManifest,
  ): Promise<void> {
    await this.write('records.csv', flowsToCsv(records));
    await this.write(RESULT, `${JSON.stringify(result)}\n`);
    for (const { name, svg, numbers } of flowFigures(result, manifest)) {
      await this.write(`${name}.svg`, svg);
      await this.write(`${name}.csv`, tableToCsv(numbers));
    }
  }

  private write(file: string, text: string): Promise<void> {
    return writeWhole(join(this.folder, file), text);
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
