/**
 * A run as files: `manifest.json` and the records in lines of JSON, named alike on the command line, in
 * the browser and in the file that moves between them. One row for each experiment.
 */
import { formatFlows, parseFlows, type FlowRecord } from './flow-records.ts';
import { formatRecord, parseRecords } from './jsonl.ts';
import { formatManifest, parseManifest, type RunManifest } from './manifest.ts';
import {
  formatPerceptionRecord,
  parsePerceptionRecords,
  type PerceptionRecord,
} from './perception-records.ts';
import { CELLS, type ProbeRecord } from './records.ts';
import { formatSimilarities, parseSimilarities, type SimilarityRecord } from './similarity.ts';

export const MANIFEST_FILE = 'manifest.json';

/** What each experiment writes down, by the name in its manifest. */
export interface ExperimentRecords {
  readonly probe: ProbeRecord;
  readonly perception: PerceptionRecord;
  readonly similarity: SimilarityRecord;
  readonly flow: FlowRecord;
}

export type Experiment = keyof ExperimentRecords;
export type RecordOf<E extends Experiment> = ExperimentRecords[E];
export type AnyRecord = RecordOf<Experiment>;

/** Where the records of an experiment stand. */
export interface RunLayout<R> {
  /** Names of all files with records, in the plan's order of what shares an item. */
  readonly recordFiles: (manifest: RunManifest) => readonly string[];
  /** Which of them a record belongs to. */
  readonly fileOf: (record: R) => string;
  /** One record as one line, with its line end. */
  readonly format: (record: R) => string;
  /** Reads lines; `path` is for messages. Throws naming the line and the field that is wrong. */
  readonly parse: (text: string, path: string) => R[];
}

const ONE_FILE = 'records.jsonl';

export const RUN_LAYOUTS: { readonly [E in Experiment]: RunLayout<RecordOf<E>> } = {
  probe: {
    recordFiles: ({ schemes }) => schemes.map(({ label }) => `records-${label}.jsonl`),
    fileOf: ({ scheme }) => `records-${scheme}.jsonl`,
    format: formatRecord,
    parse: parseRecords,
  },
  perception: {
    recordFiles: ({ schemes, settings }) =>
      String(settings?.['modes'] ?? '')
        .split(',')
        .flatMap((mode) => schemes.map(({ label }) => `records-${label}-${mode}.jsonl`)),
    fileOf: ({ scheme, mode }) => `records-${scheme}-${mode}.jsonl`,
    format: formatPerceptionRecord,
    parse: parsePerceptionRecords,
  },
  similarity: {
    recordFiles: () => [ONE_FILE],
    fileOf: () => ONE_FILE,
    format: (record) => formatSimilarities([record]),
    parse: parseSimilarities,
  },
  flow: {
    recordFiles: () => [ONE_FILE],
    fileOf: () => ONE_FILE,
    format: (record) => formatFlows([record]),
    parse: parseFlows,
  },
};

/** A run as it was read: told apart by `experiment`. */
export type StoredRun = {
  readonly [E in Experiment]: {
    readonly experiment: E;
    readonly manifest: RunManifest;
    /** In the plan's order; of a run that was interrupted, those that are there. */
    readonly records: readonly RecordOf<E>[];
  };
}[Experiment];

/** @throws a sentence where the manifest is of an experiment that has no records here */
export function experimentOf({ experiment }: RunManifest, where: string): Experiment {
  if (Object.hasOwn(RUN_LAYOUTS, experiment)) return experiment as Experiment;
  throw new Error(
    `${where} is of the experiment "${experiment}", whose records cannot be read; known are ${Object.keys(RUN_LAYOUTS).join(', ')}.`,
  );
}

/** The row of an experiment that is known when the program runs only. */
export function layoutOf(experiment: Experiment): RunLayout<AnyRecord> {
  return RUN_LAYOUTS[experiment] as RunLayout<AnyRecord>;
}

/**
 * Reads a run from its files, by name. A last line without its line end was cut off by a crash and is
 * left out; a record that is there twice counts once.
 * @param where the run's folder or file, for messages
 * @throws a sentence that names the file and what is wrong with it
 */
export function readRun(files: ReadonlyMap<string, string>, where = 'The run'): StoredRun {
  const text = files.get(MANIFEST_FILE);
  if (text === undefined)
    throw new Error(
      `${where} should hold a run, but has no ${MANIFEST_FILE}. Choose the folder or the file that a run was written to.`,
    );
  const manifest = parseManifest(text, `${MANIFEST_FILE} of ${where}`);
  const experiment = experimentOf(manifest, where);
  const records = readRecords(layoutOf(experiment), manifest, files, where);
  return { experiment, manifest, records } as StoredRun;
}

function readRecords(
  layout: RunLayout<AnyRecord>,
  manifest: RunManifest,
  files: ReadonlyMap<string, string>,
  where: string,
): AnyRecord[] {
  const records = layout.recordFiles(manifest).flatMap((name) => {
    const own = layout.parse(wholeLines(files.get(name) ?? ''), `${name} of ${where}`);
    const stray = own.find((record) => !isOf(manifest, record) || layout.fileOf(record) !== name);
    if (stray === undefined) return own;
    throw new Error(
      `${name} of ${where} holds the record "${stray.key}", which is none of its manifest's run. Remove that line.`,
    );
  });
  return inPlanOrder(layout, manifest, records);
}

/** Whether a record's scheme is one of the run's; similarities have none. */
function isOf({ schemes }: RunManifest, record: AnyRecord): boolean {
  return !('scheme' in record) || schemes.some(({ label }) => label === record.scheme);
}

/** Records in the plan's order, whatever order they were made in; of each key the last one. */
export function inPlanOrder<R extends { readonly key: string; readonly index: number }>(
  { recordFiles, fileOf }: RunLayout<R>,
  manifest: RunManifest,
  records: readonly R[],
): R[] {
  const files = new Map(recordFiles(manifest).map((name, at) => [name, at]));
  const place = (record: R) => files.get(fileOf(record)) ?? files.size;
  const unique = new Map(records.map((record) => [record.key, record]));
  return [...unique.values()].sort((a, b) => a.index - b.index || place(a) - place(b));
}

/** The text up to its last line end. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** The run's files by name: what `readRun` reads. */
export function runFiles({ experiment, manifest, records }: StoredRun): Map<string, string> {
  return new Map([
    [MANIFEST_FILE, formatManifest(manifest)],
    ...recordTexts(layoutOf(experiment), manifest, records),
  ]);
}

/** Every file of records with its text, in the order of the records given. */
export function recordTexts<R>(
  { recordFiles, fileOf, format }: RunLayout<R>,
  manifest: RunManifest,
  records: readonly R[],
): Map<string, string> {
  const lines = new Map<string, string[]>(recordFiles(manifest).map((name) => [name, []]));
  for (const record of records) lines.get(fileOf(record))?.push(format(record));
  return new Map([...lines].map(([name, own]) => [name, own.join('')]));
}

/**
 * Records that the whole run has, by its manifest: nine cells of each group under every scheme. Null of a
 * run that is not over groups: of the bench's picture, or of pictures that were given by hand.
 */
export function plannedRecords({ experiment, manifest, records }: StoredRun): number | null {
  const { groups, schemes, dataset } = manifest;
  const byHand = experiment === 'flow' && records.some(({ group }) => group === null);
  if (dataset.name === 'bench' || byHand) return null;
  const each = {
    probe: 2 * schemes.length,
    perception: layoutOf(experiment).recordFiles(manifest).length,
    similarity: 1,
    flow: schemes.length,
  };
  return groups * CELLS.length * each[experiment];
}
