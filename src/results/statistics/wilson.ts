import { Z_95 } from './normal.ts';

/** A value with its two-sided 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A proportion with the Wilson score interval (95 %), or null without trials. Source: Wilson (1927),
 * JASA 22, 209-212; without continuity correction.
 */
export function wilson(successes: number, trials: number): Estimate | null {
  if (trials === 0) return null;
  const z2 = Z_95 * Z_95;
  const share = successes / trials;
  const center = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const half = (Z_95 * spread) / (1 + z2 / trials);
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, center - half),
    high: successes === trials ? 1 : Math.min(1, center + half),
  };
}
