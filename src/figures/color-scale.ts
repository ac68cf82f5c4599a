/** Colours for values: a scale is data, and two figures that are compared are given the same one. */
import {
  interpolateRdBu,
  interpolateViridis,
  interpolateYlGnBu,
  interpolateYlOrBr,
  interpolateYlOrRd,
} from 'd3-scale-chromatic';

const PALETTES = {
  YlGnBu: interpolateYlGnBu,
  YlOrBr: interpolateYlOrBr,
  YlOrRd: interpolateYlOrRd,
  viridis: interpolateViridis,
  RdBu: interpolateRdBu,
} as const;

export type PaletteName = keyof typeof PALETTES;

export interface ColorScale {
  readonly palette: PaletteName;
  /** Values at the two ends; values outside take the end's colour. */
  readonly domain: readonly [number, number];
}

/** Accuracy from 0 to 1, or closer around some values: `sharedScale`. */
export const ACCURACY_SCALE: ColorScale = { palette: 'YlGnBu', domain: [0, 1] };

/** Red, green, blue (0 to 255) of `rgb(r, g, b)` or `#rrggbb`: d3's palettes write either. */
function channels(color: string): number[] {
  const pattern = color.startsWith('#') ? /[0-9a-f]{2}/gi : /\d+/g;
  const radix = color.startsWith('#') ? 16 : 10;
  return color.match(pattern)!.map((digits) => Number.parseInt(digits, radix));
}

function toHex(rgb: readonly number[]): string {
  return `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** `#rrggbb` of a value. */
export function colorOf(scale: ColorScale, value: number): string {
  const [low, high] = scale.domain;
  const share = high === low ? 0.5 : Math.min(1, Math.max(0, (value - low) / (high - low)));
  return toHex(channels(PALETTES[scale.palette](share)));
}

/** Black or white, whichever contrasts more with a fill (relative luminance, WCAG 2). */
export function inkOn(fill: string): string {
  const [red, green, blue] = channels(fill).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return luminance > 0.179 ? '#111418' : '#ffffff';
}

/**
 * One scale for figures that are compared: the values' range rounded outwards to tenths, at least
 * 0.2 wide, inside [0, 1].
 */
export function sharedScale(
  values: readonly (number | null)[],
  palette: PaletteName = 'YlGnBu',
): ColorScale {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { palette, domain: [0, 1] };
  let low = Math.floor(Math.min(...known) * 10 + 1e-9) / 10;
  let high = Math.ceil(Math.max(...known) * 10 - 1e-9) / 10;
  if (high - low < 0.2) [low, high] = [Math.max(0, high - 0.2), Math.max(high, 0.2)];
  return { palette, domain: [round(Math.max(0, low)), round(Math.min(1, high))] };
}

/** A cosine from 0 to 1, as the reference draws it. */
export const SIMILARITY_SCALE: ColorScale = { palette: 'YlOrBr', domain: [0, 1] };

/**
 * One scale that is as narrow as the values allow: their range rounded outwards to its own order of
 * magnitude, at least a thousandth.
 */
export function fittedScale(values: readonly (number | null)[], palette: PaletteName): ColorScale {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { palette, domain: [0, 1] };
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const digits = Math.min(3, Math.max(0, Math.ceil(-Math.log10(Math.max(most - least, 1e-3)))));
  const step = 10 ** -digits;
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(Math.ceil(most / step - 1e-9) * step, low + step);
  const rounded = (value: number) => Number(value.toFixed(digits));
  return { palette, domain: [rounded(low), rounded(high)] };
}

/** A diverging scale centred at 0, wide enough for the largest difference, at least ±0.05. */
export function differenceScale(values: readonly (number | null)[]): ColorScale {
  const largest = Math.max(0.05, ...values.map((value) => Math.abs(value ?? 0)));
  const end = round(Math.ceil(largest * 20 - 1e-9) / 20);
  return { palette: 'RdBu', domain: [-end, end] };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
