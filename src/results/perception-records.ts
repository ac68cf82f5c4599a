/** What a run of perception maps writes down, one record for each picture, scheme and mode. Plain JSON. */
import { isPictures } from './jsonl.ts';
import {
  isCount,
  isNumber,
  isOneOf,
  isString,
  parseJsonLines,
  type FieldCheck,
  type FieldChecks,
} from './json-lines.ts';
import type { OcclusionMap } from './occlusion-map.ts';
import { CELLS, type Cell } from './records.ts';

/**
 * How a map was made: `reference` covers tiles of the composited picture before the image processor, as
 * the published code does; `kernel` covers patches of the pixel tensor; `coarse` does that with large
 * tiles first and small ones only where the map is hot; `sparse` with half of the small tiles, the hottest
 * as far as neighbours tell, and interpolates the others.
 */
export const PERCEPTION_MODES = ['reference', 'kernel', 'coarse', 'sparse'] as const;
export type PerceptionMode = (typeof PERCEPTION_MODES)[number];

export interface PerceptionRecord {
  /** `<group>/<cell>/<scheme label>/<mode>`: unique in a run, the key for resuming. */
  readonly key: string;
  /** Position of the picture in the run's fixed order. */
  readonly index: number;
  readonly group: number;
  readonly cell: Cell;
  readonly scheme: string;
  readonly strength: number;
  readonly mode: PerceptionMode;
  /** What tiles were covered with: white, black or mean. */
  readonly fill: string;
  /** SHA-256 of the composited picture's pixels, hexadecimal. */
  readonly imageHash: string;
  /** Ids of the nine pictures in reading order (null: white), so that it can be composited again. */
  readonly pictures: readonly (string | null)[];
  readonly caption: string;
  readonly prompt: string;
  /** The answer to the picture as it is, whose tokens are scored. */
  readonly output: string;
  readonly tokenIds: readonly number[];
  /** Borders of the tiles in shares of the picture's width and height. */
  readonly across: readonly number[];
  readonly down: readonly number[];
  /**
   * Row by row: the mean over the answer's tokens of the absolute change of their raw logits, divided by
   * the map's maximum. Null where the answer has no token.
   */
  readonly map: readonly (readonly number[])[] | null;
  /** What the map was divided by, in logits. */
  readonly maximum: number;
  readonly tiles: number;
  /** Covered pictures that were run; the other tiles change nothing. */
  readonly passes: number;
  readonly milliseconds: number;
}

/** What statistics need of a record. */
export type PerceptionValues = Pick<
  PerceptionRecord,
  | 'key'
  | 'group'
  | 'cell'
  | 'scheme'
  | 'strength'
  | 'mode'
  | 'across'
  | 'down'
  | 'map'
  | 'tiles'
  | 'passes'
>;

/** The key of a record. */
export function perceptionKey(
  of: Pick<PerceptionRecord, 'group' | 'cell' | 'scheme' | 'mode'>,
): string {
  return `${of.group}/${of.cell}/${of.scheme}/${of.mode}`;
}

const isListOf =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isNumbers = isListOf(isNumber);
const isRows: FieldCheck = (value) => value === null || isListOf(isNumbers)(value);

const FIELDS: FieldChecks<PerceptionRecord> = {
  key: isString,
  index: isCount,
  group: isCount,
  cell: isOneOf(...CELLS),
  scheme: isString,
  strength: isNumber,
  mode: isOneOf(...PERCEPTION_MODES),
  fill: isString,
  imageHash: isString,
  pictures: isPictures,
  caption: isString,
  prompt: isString,
  output: isString,
  tokenIds: isListOf(isCount),
  across: isNumbers,
  down: isNumbers,
  map: isRows,
  maximum: isNumber,
  tiles: isCount,
  passes: isCount,
  milliseconds: isNumber,
};

/** One record as one line, with its line end. */
export function formatPerceptionRecord(record: PerceptionRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Reads our records. @throws naming the line (from 1) or the record, and what of it is wrong */
export function parsePerceptionRecords(text: string, name = 'The records'): PerceptionRecord[] {
  const records = parseJsonLines<PerceptionRecord>(text, name, FIELDS, 'perception');
  const wrong = records.find((record) => !hasItsTiles(record));
  if (wrong === undefined) return records;
  throw new Error(
    `${name}: the map of the record "${wrong.key}" has other rows or columns than its borders "across" and "down" make. Remove or correct that line.`,
  );
}

function hasItsTiles({ map, across, down }: PerceptionRecord): boolean {
  if (map === null) return true;
  return map.length === down.length - 1 && map.every((row) => row.length === across.length - 1);
}

/** The record's map with its tiles, or null. */
export function mapOf({
  map,
  across,
  down,
}: Pick<PerceptionRecord, 'map' | 'across' | 'down'>): OcclusionMap | null {
  return map && { across, down, values: map };
}

/**
 * Reads a list like `reference,kernel`; each mode once.
 * @throws a sentence for the reader on anything else
 */
export function parseModes(text: string): PerceptionMode[] {
  const modes = text.split(',').map((word) => {
    const mode = PERCEPTION_MODES.find((name) => name === word.trim().toLowerCase());
    if (mode) return mode;
    throw new Error(`A mode is one of ${PERCEPTION_MODES.join(', ')}, but "${word}" was given.`);
  });
  if (new Set(modes).size === modes.length) return modes;
  throw new Error(`A mode is named twice in "${text}". Name each mode once.`);
}
