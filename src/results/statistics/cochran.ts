import { CELL_COUNT } from './group-table.ts';

export interface CochranQ {
  readonly q: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
}

/**
 * Upper tail of the chi-squared distribution for an even number of degrees of freedom, where it is a
 * finite sum: exp(-x/2) times the first df/2 terms of exp(x/2).
 */
function chiSquaredTail(x: number, degreesOfFreedom: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; k < degreesOfFreedom / 2; k++) {
    term *= x / 2 / k;
    sum += term;
  }
  return Math.exp(-x / 2) * sum;
}

/**
 * Cochran's Q for any effect of the cell on being right, groups as blocks. Where every group is right
 * in all cells or in none, nothing varies: Q is 0 and p is 1. Source: Cochran (1950), Biometrika 37,
 * 256-266; the p-value is that of chi-squared with 8 degrees of freedom.
 * @param right bits `[groups, 9]`
 */
export function cochranQ(right: Uint8Array): CochranQ {
  const columns = new Float64Array(CELL_COUNT);
  let [total, rowSquares] = [0, 0];
  for (let base = 0; base < right.length; base += CELL_COUNT) {
    let row = 0;
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      row += right[base + cell]!;
      columns[cell]! += right[base + cell]!;
    }
    total += row;
    rowSquares += row * row;
  }
  const degreesOfFreedom = CELL_COUNT - 1;
  const denominator = CELL_COUNT * total - rowSquares;
  if (denominator === 0) return { q: 0, degreesOfFreedom, p: 1 };
  const columnSquares = columns.reduce((sum, value) => sum + value * value, 0);
  const q = (degreesOfFreedom * (CELL_COUNT * columnSquares - total * total)) / denominator;
  return { q, degreesOfFreedom, p: chiSquaredTail(q, degreesOfFreedom) };
}
