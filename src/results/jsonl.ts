/** Records as lines of JSON: ours, and the published probe's. */
import {
  isBoolean,
  isCount,
  isNumber,
  isOneOf,
  isString,
  parseJsonLines,
  type FieldCheck,
} from './json-lines.ts';
import { CELLS, type ProbeRecord } from './records.ts';

export const isPictures: FieldCheck = (value) =>
  Array.isArray(value) &&
  value.length === CELLS.length &&
  value.every((id) => id === null || typeof id === 'string');

/** Every field of a record with what it has to look like. */
const FIELDS: Record<keyof ProbeRecord, FieldCheck> = {
  key: isString,
  index: isCount,
  group: isCount,
  cell: isOneOf(...CELLS),
  polarity: isOneOf('positive', 'negative'),
  scheme: isString,
  strength: isNumber,
  imageHash: isString,
  pictures: isPictures,
  caption: isString,
  prompt: isString,
  answer: isOneOf('Yes', 'No'),
  prediction: isOneOf('Yes', 'No', null),
  output: isString,
  margin: isNumber,
  decoded: isBoolean,
  milliseconds: isNumber,
};

/** One record as one line, with its line end. */
export function formatRecord(record: ProbeRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads our records. Empty lines are skipped.
 * @param name the file's name, for messages
 * @throws naming the line (from 1) and the field that is wrong
 */
export function parseRecords(text: string, name = 'The records'): ProbeRecord[] {
  return parseJsonLines<ProbeRecord>(text, name, FIELDS, 'probe');
}

/** A line of the published probe's result file. */
export interface ReferenceRecord {
  readonly id: string;
  /** `<id>_<0..8>.jpg` */
  readonly image: string;
  readonly caption: string;
  readonly position: string;
  readonly answer: 'Yes' | 'No';
  readonly prediction: string;
  readonly qs: string;
}

/** A record in the published probe's fields; `qs` is the question's text, `prediction` the raw output. */
export function toReference(record: ProbeRecord): ReferenceRecord {
  const id = String(record.group);
  return {
    id,
    image: `${id}_${CELLS.indexOf(record.cell)}.jpg`,
    caption: record.caption,
    position: record.cell,
    answer: record.answer,
    prediction: record.output,
    qs: record.prompt,
  };
}

/** Records of one scheme as the published probe's JSONL. */
export function formatReference(records: readonly ProbeRecord[]): string {
  return records.map((record) => `${JSON.stringify(toReference(record))}\n`).join('');
}
