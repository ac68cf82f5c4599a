/** Numbers and names as a verdict writes them. */
import { type Cell, CELLS } from './records.ts';
import type { Measure } from './resampled-schemes.ts';
import type { AcrossCells } from './statistics/across-cells.ts';
import type { Estimate } from './statistics/wilson.ts';

/** Every test's level. */
const LEVEL = 0.05;

export function isLikelyChance(p: number): boolean {
  return p >= LEVEL;
}

/** `0.91`, `−0.05`. */
export function decimals(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `+0.05`, `−0.05`, `0.00`. */
export function change(value: number): string {
  const text = decimals(value);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** `0.14 [0.09, 0.19]` */
export function spanWords({ value, low, high }: Estimate): string {
  return `${decimals(value)} [${decimals(low)}, ${decimals(high)}]`;
}

/** `−0.08 [−0.14, −0.02]` */
export function changeWords({ value, low, high }: Estimate): string {
  return `${change(value)} [${change(low)}, ${change(high)}]`;
}

/** `p = 0.004`, `p < 0.001` */
export function pWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** `top_left` as people say it. */
export function cellWords(cell: string): string {
  return cell.replace('_', ' ');
}

/** The cells that have a value: a best or a worst one may have others like it. */
export function cellsWith({ cells }: AcrossCells, value: number): Cell[] {
  // The means of as many right answers, split otherwise, may differ in their last digit.
  return CELLS.filter((_, at) => Math.abs(cells[at]!.value - value) < 1e-9);
}

/** What the measure is called; without negatives there is accuracy alone. */
export function quantityOf(measure: Measure, hasNegatives: boolean): string {
  return measure === 'balancedAccuracy' && hasNegatives
    ? 'balanced accuracy'
    : 'accuracy on positive items';
}

/** Whether the interval leaves 0 out. */
export function leavesOutZero({ low, high }: Estimate): boolean {
  return low > 0 || high < 0;
}
