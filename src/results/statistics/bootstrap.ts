/** The group bootstrap: groups are drawn with replacement, each with everything that was seen of it. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { PACKED_LIMIT, packCounts, unpackCounts, wordsOf } from './packed-counts.ts';
import type { Estimate } from './wilson.ts';

export interface ResampleOptions {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Means of every column in every resample. Counts (bytes) are added packed, three columns at a time.
 * @param rows counts, bits or values, `[groups, width]`; columns of one row are drawn together, so that
 *   whatever is compared stays paired
 * @returns `[resamples, width]`
 */
export function bootstrapMeans(
  rows: Uint8Array | Float64Array,
  width: number,
  { resamples, seed }: ResampleOptions,
): Float64Array {
  const groups = rows.length / width;
  const means = new Float64Array(resamples * width);
  const packed = rows instanceof Uint8Array && fitsPacked(rows, groups);
  const units = packed ? packRows(rows, width) : rows;
  const unitWidth = packed ? wordsOf(width) : width;
  const sums = new Float64Array(unitWidth);
  const columns = new Float64Array(width);
  const generator = xoroshiro128plus(seed);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    for (let draw = 0; draw < groups; draw++) {
      const base = uniformInt(generator, 0, groups - 1) * unitWidth;
      for (let unit = 0; unit < unitWidth; unit++) sums[unit]! += units[base + unit]!;
    }
    if (packed) unpackCounts(sums, columns);
    else columns.set(sums);
    const offset = resample * width;
    for (let column = 0; column < width; column++)
      means[offset + column] = columns[column]! / groups;
  }
  return means;
}

function fitsPacked(rows: Uint8Array, groups: number): boolean {
  return rows.reduce((most, count) => Math.max(most, count), 0) * groups < PACKED_LIMIT;
}

function packRows(rows: Uint8Array, width: number): Float64Array {
  const words = wordsOf(width);
  const groups = rows.length / width;
  const packed = new Float64Array(groups * words);
  for (let group = 0; group < groups; group++)
    packCounts(rows.subarray(group * width, (group + 1) * width), packed, group * words);
  return packed;
}

/** Quantile of sorted values by linear interpolation (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (high - low) * (at - below);
}

/** A value with the percentile interval (95 %) of its resampled values, which are sorted in place. */
export function percentileInterval(value: number, resampled: Float64Array): Estimate {
  resampled.sort();
  return { value, low: quantile(resampled, 0.025), high: quantile(resampled, 0.975) };
}
