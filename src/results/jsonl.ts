/** Records as lines of JSON: ours, and the published probe's. */
import { CELLS, type ProbeRecord } from './records.ts';

type FieldCheck = (value: unknown) => boolean;

const isString: FieldCheck = (value) => typeof value === 'string';
const isNumber: FieldCheck = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: FieldCheck = (value) => Number.isInteger(value) && (value as number) >= 0;
const isBoolean: FieldCheck = (value) => typeof value === 'boolean';
const isOneOf =
  (...allowed: unknown[]): FieldCheck =>
  (value) =>
    allowed.includes(value);
const isPictures: FieldCheck = (value) =>
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

function parseRecord(line: string, where: string): ProbeRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(
      `${where} should hold one record as JSON, but is not valid JSON (${(error as Error).message}). Remove or correct that line.`,
      { cause: error },
    );
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(`${where} should hold one record, but holds no JSON object. Remove that line.`);
  }
  for (const [field, check] of Object.entries(FIELDS)) {
    const found = (value as Record<string, unknown>)[field];
    if (check(found)) continue;
    const shown = found === undefined ? 'is missing' : `is ${JSON.stringify(found).slice(0, 80)}`;
    throw new Error(
      `${where}: the field "${field}" ${shown}, which no probe record has. Remove or correct that line.`,
    );
  }
  return value as ProbeRecord;
}

/**
 * Reads our records. Empty lines are skipped.
 * @param name the file's name, for messages
 * @throws naming the line (from 1) and the field that is wrong
 */
export function parseRecords(text: string, name = 'The records'): ProbeRecord[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    return [parseRecord(line, `Line ${index + 1} of ${name}`)];
  });
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
