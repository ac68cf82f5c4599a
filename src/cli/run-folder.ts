/** The folder of a run: records appended as they come, everything else written at the end. */
import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordsToCsv } from '../results/csv.ts';
import { formatRecord, formatReference, parseRecords } from '../results/jsonl.ts';
import { parseManifest, resumeConflict, type RunManifest } from '../results/manifest.ts';
import type { ProbeRecord, Scheme } from '../results/records.ts';
import type { ProbeSummary } from '../results/summary.ts';
import { CommandError } from './failure.ts';
import { makeFolder } from './places.ts';
import { probeFigures } from './probe-figures.ts';
import { readOptional, writeWhole } from './run-files.ts';

const MANIFEST = 'manifest.json';

function recordsFile(scheme: string): string {
  return `records-${scheme}.jsonl`;
}

export class RunFolder {
  private constructor(
    readonly folder: string,
    private readonly schemes: readonly Scheme[],
  ) {}

  /**
   * Makes the folder (its parents too) for a run.
   * @throws when it cannot be made
   */
  static async open(folder: string, schemes: readonly Scheme[]): Promise<RunFolder> {
    await makeFolder(folder, '--out');
    return new RunFolder(folder, schemes);
  }

  /** @throws when the folder already holds a run, or records of one, that would be overwritten */
  async refuseOverwrite(): Promise<void> {
    if ((await readOptional(join(this.folder, MANIFEST))) !== undefined) {
      throw new CommandError(
        `The folder ${this.folder} already holds a run. Add --resume to go on with it, or choose another --out.`,
      );
    }
    await this.refuseStrayRecords();
  }

  /** Records without a manifest do not say what they are of. */
  private async refuseStrayRecords(): Promise<void> {
    const stray = (await readdir(this.folder)).find((name) => /^records-.*\.jsonl$/.test(name));
    if (stray === undefined) return;
    throw new CommandError(
      `The folder ${this.folder} holds ${stray} but no ${MANIFEST}, so nothing tells which run its records are of. Move it away, or choose another --out.`,
    );
  }

  /**
   * Records of the run to resume, by key. A last line that was cut off is dropped from the file, so
   * that the next record starts on a line of its own.
   * @throws when the run had other settings, or naming the file and line that is wrong
   */
  async readDone(manifest: RunManifest): Promise<Map<string, ProbeRecord>> {
    const before = await readOptional(join(this.folder, MANIFEST));
    if (before === undefined) {
      await this.refuseStrayRecords();
      return new Map();
    }
    const conflict = resumeConflict(parseManifest(before, join(this.folder, MANIFEST)), manifest);
    if (conflict) throw new CommandError(conflict);
    const done = new Map<string, ProbeRecord>();
    for (const scheme of this.schemes) {
      const path = join(this.folder, recordsFile(scheme.label));
      const text = await readOptional(path);
      if (text === undefined) continue;
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      for (const record of parseRecords(whole, path)) done.set(record.key, record);
      if (whole.length < text.length) await writeWhole(path, whole);
    }
    return done;
  }

  /** Begins a run: the manifest, and empty record files unless it resumes (then its start stays). */
  async begin(manifest: RunManifest, resumed: boolean): Promise<void> {
    const path = join(this.folder, MANIFEST);
    const before = resumed ? await readOptional(path) : undefined;
    const startedAt = before ? parseManifest(before, path).startedAt : manifest.startedAt;
    await writeWhole(path, `${JSON.stringify({ ...manifest, startedAt }, null, 2)}\n`);
    if (resumed) return;
    for (const scheme of this.schemes) {
      await writeFile(join(this.folder, recordsFile(scheme.label)), '');
    }
  }

  async append(record: ProbeRecord): Promise<void> {
    await appendFile(join(this.folder, recordsFile(record.scheme)), formatRecord(record));
  }

  /** Writes all results of a finished run, records in the plan's order. */
  async finish(
    records: readonly ProbeRecord[],
    summary: ProbeSummary,
    manifest: RunManifest,
  ): Promise<void> {
    const write = (name: string, text: string) => writeWhole(join(this.folder, name), text);
    for (const { label } of this.schemes) {
      const own = records.filter((record) => record.scheme === label);
      await write(recordsFile(label), own.map(formatRecord).join(''));
      // The published probe's lines carry no polarity: a file for each keeps its scripts right.
      const of = (polarity: string) => own.filter((record) => record.polarity === polarity);
      await write(`reference-${label}.jsonl`, formatReference(of('positive')));
      await write(`reference-negatives-${label}.jsonl`, formatReference(of('negative')));
    }
    await write('records.csv', recordsToCsv(records));
    await write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
    for (const [name, svg] of probeFigures(summary, manifest)) await write(name, svg);
  }
}
