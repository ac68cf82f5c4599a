/** What the similarity diagnosis writes down, ours and in the reference's fields. Plain JSON. */
import { tableToCsv } from './csv.ts';
import {
  isAny,
  isCount,
  isNumber,
  isOneOf,
  isString,
  parseJsonLines,
  type FieldChecks,
} from './json-lines.ts';
import { CELLS, type Cell } from './records.ts';

/** Cosines between a picture of a target alone on white and the target's caption. */
export interface SimilarityRecord {
  /** `<group>/<cell>`: unique in a run. */
  readonly key: string;
  /** Position of the picture in the run's fixed order. */
  readonly index: number;
  readonly group: number;
  readonly cell: Cell;
  /** Id of the target. */
  readonly target: string;
  readonly caption: string;
  /** SHA-256 of the composited picture's pixels, hexadecimal. */
  readonly imageHash: string;
  /** Both sides max-pooled over all their tokens: the reference's number. */
  readonly max: number;
  /** Both sides averaged over all their tokens. */
  readonly mean: number;
  /** As `max`, over the image tokens that lie in the target's cell alone; null where none does. */
  readonly own: number | null;
  readonly milliseconds: number;
}

/** A cosine by its pooling, as the records name them. */
export const SIMILARITY_MEASURES = ['max', 'mean', 'own'] as const;
export type SimilarityMeasure = (typeof SIMILARITY_MEASURES)[number];

/** What statistics need of a record. */
export type SimilarityValues = Pick<SimilarityRecord, 'group' | 'cell' | 'max' | 'own'> & {
  readonly mean: number | null;
};

const FIELDS: FieldChecks<SimilarityRecord> = {
  key: isString,
  index: isCount,
  group: isCount,
  cell: isOneOf(...CELLS),
  target: isString,
  caption: isString,
  imageHash: isString,
  max: isNumber,
  mean: isNumber,
  own: isAny(isNumber, isOneOf(null)),
  milliseconds: isNumber,
};

/** Our records as lines. */
export function formatSimilarities(records: readonly SimilarityRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Reads our records. @throws naming the line and the field that is wrong */
export function parseSimilarities(text: string, name = 'The records'): SimilarityRecord[] {
  return parseJsonLines<SimilarityRecord>(text, name, FIELDS, 'similarity');
}

/** Our records as a CSV. */
export function similaritiesToCsv(records: readonly SimilarityRecord[]): string {
  const columns = Object.keys(FIELDS) as (keyof SimilarityRecord)[];
  return tableToCsv({ columns, rows: records.map((record) => columns.map((at) => record[at])) });
}

/** A line of the reference's result file. */
export interface ReferenceSimilarity {
  readonly id: string;
  /** `<id>_<0..8>.jpg` */
  readonly image: string;
  readonly caption: string;
  readonly position: Cell;
  /** Cosine of the max-pooled sides. */
  readonly similarity: number;
}

/** Records as the reference's JSONL. */
export function formatReferenceSimilarities(records: readonly SimilarityRecord[]): string {
  return records
    .map(({ group, cell, caption, max }): ReferenceSimilarity => {
      const image = `${group}_${CELLS.indexOf(cell)}.jpg`;
      return { id: String(group), image, caption, position: cell, similarity: max };
    })
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

const REFERENCE_FIELDS: FieldChecks<ReferenceSimilarity> = {
  id: isAny(isString, isNumber),
  image: isString,
  caption: isString,
  position: isOneOf(...CELLS),
  similarity: isNumber,
};

/**
 * Reads a result file of the reference, wherever it was made: its one number, the others missing.
 * Lines of one `id` are one group.
 * @throws naming the line and the field that is wrong
 */
export function parseReferenceSimilarities(text: string, name: string): SimilarityValues[] {
  const kind = 'reference similarity';
  const lines = parseJsonLines<ReferenceSimilarity>(text, name, REFERENCE_FIELDS, kind);
  if (lines.length === 0)
    throw new Error(`${name} should hold one picture's similarity a line, but is empty.`);
  const groups = new Map<string, number>();
  const seen = new Set<string>();
  return lines.map(({ id, position, similarity }) => {
    // Numbers as ids are read like their digits.
    const group = groups.get(String(id)) ?? groups.size;
    groups.set(String(id), group);
    const key = `${group}/${position}`;
    if (seen.has(key))
      throw new Error(
        `${name} should hold each position of a group once, but has ${position} of the id ${id} twice. Remove one of the lines.`,
      );
    seen.add(key);
    return { group, cell: position, max: similarity, mean: null, own: null };
  });
}
