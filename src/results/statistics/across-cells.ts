/** Numbers that describe nine cell values together. */
import { percentileInterval } from './bootstrap.ts';
import { CELL_COUNT } from './group-table.ts';
import type { Estimate } from './wilson.ts';

/** Each with its 95 % group-bootstrap interval. */
export interface AcrossCells {
  readonly mean: Estimate;
  /** Population standard deviation over the nine cells. */
  readonly sd: Estimate;
  /** Largest less smallest cell; biased upwards, see its permutation null. */
  readonly range: Estimate;
  /** Top, center, bottom. */
  readonly rows: readonly Estimate[];
  /** Left, center, right. */
  readonly columns: readonly Estimate[];
  readonly center: Estimate;
  /** The four cells beside the center. */
  readonly edges: Estimate;
  readonly corners: Estimate;
  /** The nine cells in reading order. */
  readonly cells: readonly Estimate[];
}

/** Which cells a mean is over, in the order of the vector after mean, SD and range. */
const REGIONS: readonly (readonly number[])[] = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [4],
  [1, 3, 5, 7],
  [0, 2, 6, 8],
];

const FIRST_REGION = 3;
const FIRST_CELL = FIRST_REGION + REGIONS.length;

/** Length of the vector that {@link describeCells} fills. */
export const ACROSS_LENGTH = FIRST_CELL + CELL_COUNT;

/** Mean, SD, range, regions and cells of nine values, as a vector of {@link ACROSS_LENGTH}. */
export function describeCells(cells: ArrayLike<number>, into: Float64Array): void {
  let [sum, smallest, largest] = [0, Infinity, -Infinity];
  for (let cell = 0; cell < CELL_COUNT; cell++) {
    const value = cells[cell]!;
    sum += value;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    into[FIRST_CELL + cell] = value;
  }
  const mean = sum / CELL_COUNT;
  let squares = 0;
  for (let cell = 0; cell < CELL_COUNT; cell++) squares += (cells[cell]! - mean) ** 2;
  into[0] = mean;
  into[1] = Math.sqrt(squares / CELL_COUNT);
  into[2] = largest - smallest;
  REGIONS.forEach((region, index) => {
    let total = 0;
    for (const cell of region) total += cells[cell]!;
    into[FIRST_REGION + index] = total / region.length;
  });
}

/**
 * Puts intervals on a described vector.
 * @param observed `[ACROSS_LENGTH]`
 * @param resampled `[resamples, ACROSS_LENGTH]`
 */
export function acrossCells(observed: Float64Array, resampled: Float64Array): AcrossCells {
  const resamples = resampled.length / ACROSS_LENGTH;
  const estimate = (at: number): Estimate => {
    const column = new Float64Array(resamples);
    for (let row = 0; row < resamples; row++) column[row] = resampled[row * ACROSS_LENGTH + at]!;
    return percentileInterval(observed[at]!, column);
  };
  const region = (index: number) => estimate(FIRST_REGION + index);
  return {
    mean: estimate(0),
    sd: estimate(1),
    range: estimate(2),
    rows: [region(0), region(1), region(2)],
    columns: [region(3), region(4), region(5)],
    center: region(6),
    edges: region(7),
    corners: region(8),
    cells: Array.from({ length: CELL_COUNT }, (_, cell) => estimate(FIRST_CELL + cell)),
  };
}
