/** Mean margins over the nine cells. */
import { ACROSS_LENGTH, acrossCells, describeCells, type AcrossCells } from './across-cells.ts';
import { bootstrapMeans } from './bootstrap.ts';
import { CELL_COUNT } from './group-table.ts';
import { permuteValueRange, type RangeNull } from './permutation.ts';

export interface MarginSummary extends AcrossCells {
  /** Fewer than what else is summarized may have. */
  readonly resamples: number;
  readonly rangeNull: RangeNull;
}

/** Values that are no counts take longer to shuffle, and no claim needs a smaller p than this gives. */
const MOST = 2000;

/**
 * Means of the margins (logit of Yes less that of No) of each cell, across cells, and the range's
 * permutation null; {@link MOST} resamples and permutations at most.
 * @param margins `[groups, 9]`
 */
export function summarizeMargins(
  margins: Float64Array,
  options: { readonly resamples: number; readonly permutations: number; readonly seed: number },
): MarginSummary {
  const { seed } = options;
  const [resamples, permutations] = [options.resamples, options.permutations].map((asked) =>
    Math.min(asked, MOST),
  ) as [number, number];
  const groups = margins.length / CELL_COUNT;
  const means = new Float64Array(CELL_COUNT);
  margins.forEach((margin, at) => (means[at % CELL_COUNT]! += margin));
  means.forEach((sum, cell) => (means[cell] = sum / groups));
  const observed = new Float64Array(ACROSS_LENGTH);
  describeCells(means, observed);
  const resampledMeans = bootstrapMeans(margins, CELL_COUNT, { resamples, seed });
  const resampled = new Float64Array(resamples * ACROSS_LENGTH);
  for (let row = 0; row < resamples; row++)
    describeCells(
      resampledMeans.subarray(row * CELL_COUNT, (row + 1) * CELL_COUNT),
      resampled.subarray(row * ACROSS_LENGTH, (row + 1) * ACROSS_LENGTH),
    );
  return {
    ...acrossCells(observed, resampled),
    resamples,
    rangeNull: permuteValueRange(margins, { permutations, seed }),
  };
}
