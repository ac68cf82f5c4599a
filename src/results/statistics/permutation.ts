/** Is the range over cells larger than chance makes it? */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantile } from './bootstrap.ts';
import { CELL_COUNT } from './group-table.ts';

export interface RangeNull {
  readonly observed: number;
  /** Mean and 95 % point of the range where positions do not matter. */
  readonly nullMean: number;
  readonly nullHigh: number;
  /** Share of permutations with at least the observed range, the observed one counted in. */
  readonly p: number;
  readonly permutations: number;
}

/** 9!: one draw below it picks a permutation of the nine cells. */
const ORDERS = 362_880;

function rangeOf(sums: Int32Array): number {
  let [smallest, largest] = [sums[0]!, sums[0]!];
  for (const sum of sums) {
    if (sum < smallest) smallest = sum;
    if (sum > largest) largest = sum;
  }
  return largest - smallest;
}

/** Adds the nine scores at `base` to `sums` in the order that `draw` names (mixed-radix shuffle). */
function addShuffled(scores: Uint8Array, base: number, draw: number, sums: Int32Array): void {
  for (let cell = 0; cell < CELL_COUNT; cell++) SLOTS[cell] = scores[base + cell]!;
  let rest = draw;
  for (let last = CELL_COUNT - 1; last > 0; last--) {
    const next = Math.trunc(rest / (last + 1));
    const pick = rest - next * (last + 1);
    rest = next;
    sums[last]! += SLOTS[pick]!;
    SLOTS[pick] = SLOTS[last]!;
  }
  sums[0]! += SLOTS[0]!;
}

const SLOTS = new Uint8Array(CELL_COUNT);

/** Groups that are the same in all cells move all sums alike: the range does not see them. */
function varyingGroups(scores: Uint8Array): Uint8Array {
  const rows: number[] = [];
  for (let base = 0; base < scores.length; base += CELL_COUNT) {
    const row = scores.subarray(base, base + CELL_COUNT);
    if (row.some((score) => score !== row[0])) rows.push(...row);
  }
  return Uint8Array.from(rows);
}

/**
 * Permutation null of max - min over cells: the nine scores of each group are put into random cells.
 * A score sums what a cell of a group got right (one point for accuracy; two, positive and negative,
 * for balanced accuracy: they share a picture, so they move together). p = (1 + at least as large) /
 * (1 + permutations), Phipson and Smyth (2010).
 * @param scores `[groups, 9]`, each 0 to `points`
 */
export function permuteRange(
  scores: Uint8Array,
  points: number,
  { permutations, seed }: { permutations: number; seed: number },
): RangeNull {
  const groups = scores.length / CELL_COUNT;
  const sums = new Int32Array(CELL_COUNT);
  for (let at = 0; at < scores.length; at++) sums[at % CELL_COUNT]! += scores[at]!;
  const observed = rangeOf(sums);
  const varying = varyingGroups(scores);
  const generator = xoroshiro128plus(seed);
  const ranges = new Float64Array(permutations);
  let atLeast = 0;
  for (let permutation = 0; permutation < permutations; permutation++) {
    sums.fill(0);
    for (let base = 0; base < varying.length; base += CELL_COUNT) {
      addShuffled(varying, base, uniformInt(generator, 0, ORDERS - 1), sums);
    }
    const range = rangeOf(sums);
    ranges[permutation] = range;
    if (range >= observed) atLeast++;
  }
  const scale = groups * points;
  return {
    observed: observed / scale,
    nullMean: ranges.reduce((sum, range) => sum + range, 0) / permutations / scale,
    nullHigh: quantile(ranges.sort(), 0.95) / scale,
    p: (1 + atLeast) / (1 + permutations),
    permutations,
  };
}
