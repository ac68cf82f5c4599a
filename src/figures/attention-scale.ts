/** Colour scales for numbers of any size: shares of attention in percent, changes of logits. */
import { nice, tickStep } from 'd3-array';
import type { ColorScale, PaletteName } from './color-scale.ts';

/** A scale with the decimals that tell its values apart. */
export interface NumberedScale {
  readonly scale: ColorScale;
  readonly digits: number;
}

const TICKS = 4;

/** From 0 to a round number above all values; one for maps that are compared. */
export function attentionScale(
  maps: readonly (readonly number[])[],
  palette: PaletteName = 'viridis',
): NumberedScale {
  const most = Math.max(0, ...maps.map((map) => Math.max(...map)));
  const [, end] = nice(0, most || 1, TICKS);
  return { scale: { palette, domain: [0, end] }, digits: digitsOf(end) };
}

/** Diverging around 0, to a round number beyond the largest difference. */
export function attentionDifferenceScale(map: readonly number[]): NumberedScale {
  const most = Math.max(0, ...map.map(Math.abs));
  const [, end] = nice(0, most || 1, TICKS);
  return { scale: { palette: 'RdBu', domain: [-end, end] }, digits: digitsOf(end) };
}

/** Decimals of a tick and of the middle between two. */
export function digitsOf(end: number): number {
  return Math.max(0, 1 - Math.floor(Math.log10(tickStep(0, end, TICKS)) + 1e-9));
}
