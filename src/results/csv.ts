/** Records as a table for spreadsheets. */
import Papa from 'papaparse';
import type { ProbeRecord } from './records.ts';

const COLUMNS = [
  'key',
  'index',
  'group',
  'cell',
  'polarity',
  'scheme',
  'strength',
  'caption',
  'answer',
  'prediction',
  'output',
  'margin',
  'decoded',
  'imageHash',
  'pictures',
  'prompt',
  'milliseconds',
] as const satisfies readonly (keyof ProbeRecord)[];

/** What a spreadsheet takes for the start of a formula, or skips before one; full-width forms too. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Records of a probe as a CSV, `pictures` as JSON. */
export function recordsToCsv(records: readonly ProbeRecord[]): string {
  const rows = records.map((record) =>
    COLUMNS.map((column) => {
      const value = record[column];
      return Array.isArray(value) ? JSON.stringify(value) : value;
    }),
  );
  return tableToCsv({ columns: COLUMNS, rows });
}

/** Rows of values under named columns; null is an empty field. */
export interface ValueTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A CSV (RFC 4180, header line, CRLF), every field quoted; a text that a spreadsheet would run as a
 * formula gets a leading apostrophe. Markup stays as it is: it is text.
 */
export function tableToCsv({ columns, rows }: ValueTable): string {
  const table = Papa.unparse(
    { fields: [...columns], data: rows.map((row) => [...row]) },
    // Quoted throughout: some spreadsheets separate at semicolons.
    { escapeFormulae: FORMULA_START, quotes: true },
  );
  return `${table}\r\n`;
}
