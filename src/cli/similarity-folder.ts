/** The folder of a similarity run: records appended as they come, everything else at the end. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BiasMapSource } from '../figures/bias-maps.ts';
import { similarityFigures } from '../report/similarity-figures.ts';
import { tableToCsv } from '../results/csv.ts';
import { parseManifest, resumeConflict, type RunManifest } from '../results/manifest.ts';
import {
  formatReferenceSimilarities,
  formatSimilarities,
  parseSimilarities,
  similaritiesToCsv,
  type SimilarityRecord,
} from '../results/similarity.ts';
import type { SimilaritySummary } from '../results/similarity-summary.ts';
import { CommandError } from './failure.ts';
import { makeFolder } from './places.ts';
import { readOptional, writeWhole } from './run-files.ts';

const MANIFEST = 'manifest.json';
const RECORDS = 'records.jsonl';
const SUMMARY = 'summary.json';

export class SimilarityFolder {
  private constructor(readonly folder: string) {}

  /** Makes the folder (its parents too). @throws when it cannot be made */
  static async open(folder: string): Promise<SimilarityFolder> {
    await makeFolder(folder, '--out');
    return new SimilarityFolder(folder);
  }

  /** @throws when the folder already holds results that would be overwritten */
  async refuseOverwrite(): Promise<void> {
    for (const file of [MANIFEST, RECORDS, SUMMARY])
      if ((await readOptional(this.path(file))) !== undefined)
        throw new CommandError(
          `The folder ${this.folder} already holds results (${file}). Add --resume to go on with a run of the same settings, or choose another --out.`,
        );
  }

  /**
   * Records of the run to resume, by key; a last line that was cut off is dropped.
   * @throws when the run had other settings, or naming the line that is wrong
   */
  async readDone(manifest: RunManifest): Promise<Map<string, SimilarityRecord>> {
    const before = await readOptional(this.path(MANIFEST));
    if (before === undefined) {
      await this.refuseOverwrite();
      return new Map();
    }
    const earlier = parseManifest(before, this.path(MANIFEST));
    if (earlier.experiment !== manifest.experiment)
      throw new CommandError(
        `The folder ${this.folder} holds a run of the experiment ${earlier.experiment}. Choose another --out.`,
      );
    const conflict = resumeConflict(earlier, manifest);
    if (conflict) throw new CommandError(conflict);
    const text = (await readOptional(this.path(RECORDS))) ?? '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await writeWhole(this.path(RECORDS), whole);
    const records = parseSimilarities(whole, this.path(RECORDS));
    return new Map(records.map((record) => [record.key, record]));
  }

  /** Begins a run: the manifest, and an empty file of records unless it resumes. */
  async begin(manifest: RunManifest, resumed: boolean): Promise<void> {
    const before = resumed ? await readOptional(this.path(MANIFEST)) : undefined;
    const { startedAt } = before ? parseManifest(before, this.path(MANIFEST)) : manifest;
    await writeWhole(this.path(MANIFEST), toJson({ ...manifest, startedAt }));
    if (!resumed) await writeFile(this.path(RECORDS), '');
  }

  async append(record: SimilarityRecord): Promise<void> {
    await appendFile(this.path(RECORDS), formatSimilarities([record]));
  }

  /** Writes all results of a finished run, records in the plan's order. */
  async finish(
    records: readonly SimilarityRecord[],
    summary: SimilaritySummary,
    { model, dataset, groups, seed }: RunManifest,
  ): Promise<void> {
    await writeWhole(this.path(RECORDS), formatSimilarities(records));
    await writeWhole(this.path('reference.jsonl'), formatReferenceSimilarities(records));
    await writeWhole(this.path('records.csv'), similaritiesToCsv(records));
    await this.writeFigures(summary, { model: model.name, dataset: dataset.name, groups, seed });
  }

  /** The figure on both scales, its numbers, and the summary. */
  async writeFigures(
    summary: SimilaritySummary,
    where: Omit<BiasMapSource, 'quantity'>,
  ): Promise<void> {
    const figures = similarityFigures(summary, where);
    for (const { name, svg } of figures) await writeWhole(this.path(`${name}.svg`), svg);
    await writeWhole(this.path('figure.csv'), tableToCsv(figures[0]!.numbers));
    await writeWhole(this.path(SUMMARY), toJson(summary));
  }

  private path(file: string): string {
    return join(this.folder, file);
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
