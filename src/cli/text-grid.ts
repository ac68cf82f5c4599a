/** Numbers and nine cells as text of at most 80 columns, in ASCII, which every terminal shows. */
import type { Estimate } from '../results/statistics/wilson.ts';

export const COLUMN_NAMES = ['Left', 'Center', 'Right'];
export const ROW_NAMES = ['Top', 'Center', 'Bottom'];
const CELL_WIDTH = 22;

/** `.913`, `-.020`; with `signed` also `+.050`. */
export function number(value: number, signed = false): string {
  const text = Math.abs(value).toFixed(3).replace(/^0\./, '.');
  if (value < 0 && Number(value.toFixed(3)) !== 0) return `-${text}`;
  return signed ? `+${text}` : text;
}

/** `.913 [.880, .930]` */
export function interval({ value, low, high }: Estimate, signed = false): string {
  return `${number(value, signed)} [${number(low, signed)}, ${number(high, signed)}]`;
}

/** `p = .004`, `p < .001` */
export function pValue(p: number): string {
  return p < 0.001 ? 'p < .001' : `p = ${number(p)}`;
}

/** Nine texts in reading order as lines of three. */
export function grid(texts: readonly string[]): string[] {
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(8)}${cells.map((cell) => cell.padEnd(CELL_WIDTH)).join('')}`.trimEnd();
  return [
    line('', COLUMN_NAMES),
    ...ROW_NAMES.map((name, row) => line(name, texts.slice(row * 3, row * 3 + 3))),
  ];
}
