/** What information flow writes down of each picture and scheme. Plain JSON. */
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

/** How the attention of a text token is shared out; the three add up to 1. */
export interface FlowShares {
  /** To all tokens of the picture, newlines and tiles included. */
  readonly image: number;
  /** To text before the picture, the template's included. */
  readonly before: number;
  /** To text behind the picture, the token itself included. */
  readonly after: number;
}

/** Shares of one question about one picture under one scheme, the mean over layers and heads. */
export interface FlowRecord extends FlowShares {
  /** `<sample>/<scheme label>`: unique in a run. */
  readonly key: string;
  /** Position of the sample in the run's fixed order. */
  readonly index: number;
  /** Group and cell of the target; null for a picture that was given by hand. */
  readonly group: number | null;
  readonly cell: Cell | null;
  readonly scheme: string;
  readonly strength: number;
  /** SHA-256 of the picture's pixels, hexadecimal. */
  readonly imageHash: string;
  /** The question's text, without the chat template. */
  readonly prompt: string;
  /** Text tokens behind the picture whose attention was averaged. */
  readonly readers: number;
  /** Tokens of the picture, and of the whole prompt. */
  readonly imageTokens: number;
  readonly tokens: number;
  readonly milliseconds: number;
}

const FIELDS: FieldChecks<FlowRecord> = {
  key: isString,
  index: isCount,
  group: isAny(isCount, isOneOf(null)),
  cell: isOneOf(null, ...CELLS),
  scheme: isString,
  strength: isNumber,
  imageHash: isString,
  prompt: isString,
  readers: isCount,
  imageTokens: isCount,
  tokens: isCount,
  image: isNumber,
  before: isNumber,
  after: isNumber,
  milliseconds: isNumber,
};

/** Our records as lines. */
export function formatFlows(records: readonly FlowRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Reads our records. @throws naming the line and the field that is wrong */
export function parseFlows(text: string, name = 'The records'): FlowRecord[] {
  return parseJsonLines<FlowRecord>(text, name, FIELDS, 'information flow');
}

/** Our records as a CSV. */
export function flowsToCsv(records: readonly FlowRecord[]): string {
  const columns = Object.keys(FIELDS) as (keyof FlowRecord)[];
  return tableToCsv({ columns, rows: records.map((record) => columns.map((at) => record[at])) });
}
