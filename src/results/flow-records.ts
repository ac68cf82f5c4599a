/** What information flow writes down of each picture and scheme. Plain JSON. */
import { tableToCsv } from './csv.ts';
import {
  isAny,
  isCount,
  isNumber,
  isOneOf,
  isString,
  parseJsonLines,
  type FieldCheck,
  type FieldChecks,
} from './json-lines.ts';
import type { TokenLayout } from '../tensor/token-view.ts';
import { CELLS, type Cell } from './records.ts';

/** The maps of one head or layer: mean attention of a text token to each of the picture's tokens. */
export type TokenMap = readonly number[];

/** How the attention of a text token is shared out; the three add up to 1. */
export interface FlowShares {
  /** To all tokens of the picture, newlines and tiles included. */
  readonly image: number;
  /** To text before the picture, the template's included. */
  readonly before: number;
  /** To text behind the picture, the token itself included. */
  readonly after: number;
}

/** What was held for it at most, and what whole attention matrices would have taken, in bytes. */
export interface FlowBytes {
  readonly held: number;
  readonly matrices: number;
}

/**
 * One question about one picture under one scheme. Its own shares are the mean over layers and heads;
 * attention is written with six significant digits, and every mean is taken of these.
 */
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
  /** How the picture's tokens lie. */
  readonly layout: TokenLayout;
  /** `[layers][image tokens]`, each the mean over a layer's heads. */
  readonly layers: readonly TokenMap[];
  /** Of each layer. */
  readonly layerShares: readonly FlowShares[];
  /** Every head of one layer, where that was asked for. */
  readonly heads: { readonly layer: number; readonly maps: readonly TokenMap[] } | null;
  readonly bytes: FlowBytes;
  readonly milliseconds: number;
}

const isMaps: FieldCheck = (value) =>
  Array.isArray(value) && value.every((map) => Array.isArray(map) && map.every(isNumber));
const isFields =
  (checks: { readonly [field: string]: FieldCheck }): FieldCheck =>
  (value) =>
    value !== null &&
    typeof value === 'object' &&
    Object.entries(checks).every(([field, check]) =>
      check((value as { [field: string]: unknown })[field]),
    );
const SHARES = { image: isNumber, before: isNumber, after: isNumber };
const AREA = { left: isNumber, top: isNumber, width: isNumber, height: isNumber };
const isView = isFields({
  kind: isOneOf('base', 'tiles'),
  rows: isCount,
  columns: isCount,
  first: isCount,
  stride: isCount,
  area: isFields(AREA),
});
const isViews: FieldCheck = (value) =>
  Array.isArray(value) && value.length > 0 && value.every(isView);

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
  ...SHARES,
  layout: isFields({ tokens: isCount, views: isViews }),
  layers: isMaps,
  layerShares: (value) => Array.isArray(value) && value.every(isFields(SHARES)),
  heads: isAny(isOneOf(null), isFields({ layer: isCount, maps: isMaps })),
  bytes: isFields({ held: isNumber, matrices: isNumber }),
  milliseconds: isNumber,
};

/** Our records as lines. */
export function formatFlows(records: readonly FlowRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Reads our records. @throws naming the line or the record, and what of it is wrong */
export function parseFlows(text: string, name = 'The records'): FlowRecord[] {
  const records = parseJsonLines<FlowRecord>(text, name, FIELDS, 'information flow');
  const wrong = records.find((record) => !hasItsTokens(record));
  if (wrong === undefined) return records;
  throw new Error(
    `${name}: the maps of the record "${wrong.key}" are not of the ${wrong.layout.tokens} image tokens of its layout. Remove or correct that line.`,
  );
}

function hasItsTokens({ layout, layers, heads }: FlowRecord): boolean {
  return (
    [...layers, ...(heads?.maps ?? [])].every((map) => map.length === layout.tokens) &&
    layout.views.every(
      ({ rows, columns, first, stride }) =>
        rows > 0 && columns > 0 && first + (rows - 1) * stride + columns <= layout.tokens,
    )
  );
}

/** Fields that fill a table's cell; maps do not. */
const COLUMNS = [
  'key',
  'index',
  'group',
  'cell',
  'scheme',
  'strength',
  'imageHash',
  'prompt',
  'readers',
  'imageTokens',
  'tokens',
  'image',
  'before',
  'after',
  'milliseconds',
] as const;

/** Our records as a CSV, without their maps. */
export function flowsToCsv(records: readonly FlowRecord[]): string {
  return tableToCsv({
    columns: COLUMNS,
    rows: records.map((record) => COLUMNS.map((at) => record[at])),
  });
}
