/** The folder of a run: records appended as they come, everything else written at the end. */
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  formatManifest,
  parseManifest,
  resumeConflict,
  type RunManifest,
} from '../results/manifest.ts';
import {
  type Experiment,
  MANIFEST_FILE as MANIFEST,
  recordTexts,
  type RecordOf,
  RUN_LAYOUTS,
  type RunLayout,
  wholeLines,
} from '../results/run-layout.ts';
import { CommandError } from './failure.ts';
import { makeFolder } from './places.ts';
import { readOptional, writeWhole } from './run-files.ts';

/** Records, and the numbers of a summary. */
const STRAY = /^(records(-.*)?\.jsonl|summary\.json|flow\.json)$/;

export class RunFolder<E extends Experiment> {
  private readonly layout: RunLayout<RecordOf<E>>;

  private constructor(
    readonly folder: string,
    experiment: E,
  ) {
    this.layout = RUN_LAYOUTS[experiment];
  }

  /**
   * Makes the folder (its parents too) for a run.
   * @throws when it cannot be made
   */
  static async open<E extends Experiment>(folder: string, experiment: E): Promise<RunFolder<E>> {
    await makeFolder(folder, '--out');
    return new RunFolder(folder, experiment);
  }

  /** @throws when the folder already holds a run, or results of one, that would be overwritten */
  async refuseOverwrite(): Promise<void> {
    if ((await readOptional(join(this.folder, MANIFEST))) !== undefined) {
      throw new CommandError(
        `The folder ${this.folder} already holds a run. Add --resume to go on with it, or choose another --out.`,
      );
    }
    await this.refuseStrayRecords();
  }

  /** Results without a manifest do not say what they are of. */
  private async refuseStrayRecords(): Promise<void> {
    const stray = (await readdir(this.folder)).find((name) => STRAY.test(name));
    if (stray === undefined) return;
    throw new CommandError(
      `The folder ${this.folder} holds ${stray} but no ${MANIFEST}, so nothing tells which run it is of. Move it away, or choose another --out.`,
    );
  }

  /**
   * Records of the run to resume, by key. A last line that was cut off is dropped from the file, so
   * that the next record starts on a line of its own.
   * @throws when the run had other settings, or naming the file and line that is wrong
   */
  async readDone(manifest: RunManifest): Promise<Map<string, RecordOf<E>>> {
    const before = await readOptional(join(this.folder, MANIFEST));
    if (before === undefined) {
      await this.refuseStrayRecords();
      return new Map();
    }
    const conflict = resumeConflict(parseManifest(before, join(this.folder, MANIFEST)), manifest);
    if (conflict) throw new CommandError(conflict);
    const done = new Map<string, RecordOf<E>>();
    for (const name of this.layout.recordFiles(manifest)) {
      const path = join(this.folder, name);
      const text = await readOptional(path);
      if (text === undefined) continue;
      const whole = wholeLines(text);
      for (const record of this.layout.parse(whole, path)) done.set(record.key, record);
      if (whole.length < text.length) await writeWhole(path, whole);
    }
    return done;
  }

  /**
   * Begins a run: the manifest, and empty record files unless it resumes (then its start stays).
   * @returns the manifest as it was written
   */
  async begin(planned: RunManifest, resumed: boolean): Promise<RunManifest> {
    const path = join(this.folder, MANIFEST);
    const before = resumed ? await readOptional(path) : undefined;
    const { startedAt } = before ? parseManifest(before, path) : planned;
    const manifest = { ...planned, startedAt };
    await writeWhole(path, formatManifest(manifest));
    if (resumed) return manifest;
    for (const name of this.layout.recordFiles(manifest))
      await writeFile(join(this.folder, name), '');
    return manifest;
  }

  async append(record: RecordOf<E>): Promise<void> {
    const { fileOf, format } = this.layout;
    await appendFile(join(this.folder, fileOf(record)), format(record));
  }

  /** Writes a file of results below the folder, its own folders too. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, text);
  }

  /** Writes all records of a finished run anew, in the order given. */
  async writeRecords(manifest: RunManifest, records: readonly RecordOf<E>[]): Promise<void> {
    for (const [name, text] of recordTexts(this.layout, manifest, records))
      await this.write(name, text);
  }
}
