/** The group bootstrap: groups are drawn with replacement, each with everything that was seen of it. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Estimate } from './wilson.ts';

export interface ResampleOptions {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Means of every column in every resample.
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
  const sums = new Float64Array(width);
  const generator = xoroshiro128plus(seed);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    for (let draw = 0; draw < groups; draw++) {
      const base = uniformInt(generator, 0, groups - 1) * width;
      for (let column = 0; column < width; column++) sums[column]! += rows[base + column]!;
    }
    const offset = resample * width;
    for (let column = 0; column < width; column++) means[offset + column] = sums[column]! / groups;
  }
  return means;
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
