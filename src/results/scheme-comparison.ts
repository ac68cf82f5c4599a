/** Two conditions of a probe on the same groups: what changes, and how sure that is. */
import {
  pointsOf,
  scoresOf,
  type Measure,
  type ResampledSchemes,
  type SchemeBits,
} from './resampled-schemes.ts';
import { CELLS, type Cell } from './records.ts';
import { acrossCells, type AcrossCells } from './statistics/across-cells.ts';
import { CELL_COUNT } from './statistics/group-table.ts';
import { exactMcNemar, holm } from './statistics/mcnemar.ts';
import { swapSchemes, type SwapNull } from './statistics/scheme-swap.ts';
import type { Estimate } from './statistics/wilson.ts';

export interface CellTest {
  readonly cell: Cell;
  /** Items that only the first scheme, or only the second, got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Exact McNemar, and the same after Holm's correction over the nine cells. */
  readonly p: number;
  readonly pHolm: number;
}

/** Second scheme less first, on the same groups. */
export interface MeasureComparison extends AcrossCells {
  readonly tests: readonly CellTest[];
  readonly swaps: SwapNull;
}

export interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly groups: number;
  readonly accuracy: MeasureComparison;
  /** Its tests pool the positive and negative items of a cell; null without negatives. */
  readonly balancedAccuracy: MeasureComparison | null;
  /** Change of d′ over the items of all cells; null without negatives. */
  readonly sensitivity: Estimate | null;
}

export interface ComparisonOptions {
  readonly permutations: number;
  readonly seed: number;
}

/** The change of one measure from the first scheme (index 0) to another. */
export function compareMeasure(
  resampled: ResampledSchemes,
  second: number,
  measure: Measure,
  options: ComparisonOptions,
): MeasureComparison {
  const before = resampled.describe(0, measure);
  const after = resampled.describe(second, measure);
  const observed = after.observed.map((value, at) => value - before.observed[at]!);
  const differences = after.resampled.map((value, at) => value - before.resampled[at]!);
  const [first, other] = [resampled.bits[0]!, resampled.bits[second]!];
  return {
    ...acrossCells(observed, differences),
    tests: testCells(first, other, measure),
    swaps: swapSchemes(scoresOf(first, measure), scoresOf(other, measure), options),
  };
}

/** McNemar per cell, Holm over the nine. */
function testCells(first: SchemeBits, second: SchemeBits, measure: Measure): CellTest[] {
  const pairs: [Uint8Array, Uint8Array][] = [[first.positive, second.positive]];
  if (pointsOf(measure) === 2 && first.negative && second.negative) {
    pairs.push([first.negative, second.negative]);
  }
  const counts = CELLS.map((cell, index) => {
    let [onlyFirst, onlySecond] = [0, 0];
    for (const [before, after] of pairs) {
      for (let at = index; at < before.length; at += CELL_COUNT) {
        if (before[at]! > after[at]!) onlyFirst++;
        if (after[at]! > before[at]!) onlySecond++;
      }
    }
    return { cell, onlyFirst, onlySecond, p: exactMcNemar(onlyFirst, onlySecond) };
  });
  const corrected = holm(counts.map((count) => count.p));
  return counts.map((count, index) => ({ ...count, pHolm: corrected[index]! }));
}
