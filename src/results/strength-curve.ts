/** Accuracy and bias along the balance strength. */
import type { Measure } from './resampled-schemes.ts';
import type { RangeNull } from './statistics/permutation.ts';
import type { Estimate } from './statistics/wilson.ts';
import type { ProbeSummary } from './summary.ts';

/** One strength; intervals resample the same groups at every strength. */
export interface StrengthPoint {
  readonly strength: number;
  readonly label: string;
  readonly mean: Estimate;
  readonly range: Estimate;
  readonly rangeNull: RangeNull;
}

/** From fewer points there is no curve. */
export const LEAST_STRENGTHS = 3;

/**
 * A point for each scheme, strengths ascending; empty where fewer than {@link LEAST_STRENGTHS} have
 * complete groups, or the measure needs negatives that are not there.
 */
export function strengthCurve(summary: ProbeSummary, measure: Measure): StrengthPoint[] {
  const points = summary.schemes.flatMap(({ scheme, across }): StrengthPoint[] => {
    const found = across?.[measure];
    if (!found) return [];
    const { mean, range, rangeNull } = found;
    return [{ strength: scheme.strength, label: scheme.label, mean, range, rangeNull }];
  });
  return points.length < LEAST_STRENGTHS ? [] : points.sort((a, b) => a.strength - b.strength);
}
