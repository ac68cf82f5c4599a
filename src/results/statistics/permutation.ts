/** Is the range over cells larger than chance makes it? */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantile } from './bootstrap.ts';
import { CELL_COUNT } from './group-table.ts';
import { PACKED_LIMIT, packCounts, unpackCounts, wordsOf } from './packed-counts.ts';

export interface RangeNull {
  readonly observed: number;
  /** Mean and 95 % point of the range where positions do not matter. */
  readonly nullMean: number;
  readonly nullHigh: number;
  /** Share of permutations with at least the observed range, the observed one counted in. */
  readonly p: number;
  readonly permutations: number;
}

const WORDS = wordsOf(CELL_COUNT);

function rangeOf(counts: Float64Array): number {
  let [smallest, largest] = [Infinity, -Infinity];
  for (const count of counts) {
    if (count < smallest) smallest = count;
    if (count > largest) largest = count;
  }
  return largest - smallest;
}

/** Every different order of nine scores, packed, `[orders, WORDS]`. */
function arrangements(scores: Uint8Array): Float64Array {
  const left = new Map<number, number>();
  for (const score of scores) left.set(score, (left.get(score) ?? 0) + 1);
  const current = new Uint8Array(CELL_COUNT);
  const packed: number[] = [];
  const words = new Float64Array(WORDS);
  const place = (cell: number): void => {
    if (cell === CELL_COUNT) {
      packCounts(current, words);
      packed.push(...words);
      return;
    }
    for (const [score, count] of left) {
      if (count === 0) continue;
      left.set(score, count - 1);
      current[cell] = score;
      place(cell + 1);
      left.set(score, count);
    }
  };
  place(0);
  return Float64Array.from(packed);
}

/**
 * The arrangements of every group whose scores differ. Groups that are the same in all cells move all
 * sums alike, so the range does not see them. Groups with the same scores share one list.
 */
function varyingGroups(scores: Uint8Array): Float64Array[] {
  const lists = new Map<string, Float64Array>();
  const groups: Float64Array[] = [];
  for (let base = 0; base < scores.length; base += CELL_COUNT) {
    const sorted = scores.slice(base, base + CELL_COUNT).sort();
    if (sorted[0] === sorted[CELL_COUNT - 1]) continue;
    const key = sorted.join();
    let list = lists.get(key);
    if (!list) lists.set(key, (list = arrangements(sorted)));
    groups.push(list);
  }
  return groups;
}

/**
 * Permutation null of max - min over cells: the nine scores of each group are put into random cells.
 * A score sums what a cell of a group got right (one point for accuracy; two, positive and negative,
 * for balanced accuracy: they share a picture, so they move together). p = (1 + at least as large) /
 * (1 + permutations), Phipson and Smyth (2010).
 * @param scores `[groups, 9]`, each 0 to `points`
 * @throws when there are more groups than the sums can hold (131,071 points in a cell)
 */
export function permuteRange(
  scores: Uint8Array,
  points: number,
  { permutations, seed }: { permutations: number; seed: number },
): RangeNull {
  const groups = scores.length / CELL_COUNT;
  if (groups * points >= PACKED_LIMIT) {
    throw new Error(
      `The permutation test takes fewer than ${Math.ceil(PACKED_LIMIT / points)} groups, but there are ${groups}. Split the run.`,
    );
  }
  const totals = new Float64Array(CELL_COUNT);
  for (let at = 0; at < scores.length; at++) totals[at % CELL_COUNT]! += scores[at]!;
  const observed = rangeOf(totals);
  const varying = varyingGroups(scores);
  const generator = xoroshiro128plus(seed);
  const ranges = new Float64Array(permutations);
  let atLeast = 0;
  for (let permutation = 0; permutation < permutations; permutation++) {
    let [first, second, third] = [0, 0, 0];
    for (const list of varying) {
      const at = uniformInt(generator, 0, list.length / WORDS - 1) * WORDS;
      first += list[at]!;
      second += list[at + 1]!;
      third += list[at + 2]!;
    }
    unpackCounts([first, second, third], totals);
    const range = rangeOf(totals);
    ranges[permutation] = range;
    if (range >= observed) atLeast++;
  }
  return describeNull(observed, ranges, atLeast, groups * points);
}

function describeNull(
  observed: number,
  ranges: Float64Array,
  atLeast: number,
  scale: number,
): RangeNull {
  const permutations = ranges.length;
  return {
    observed: observed / scale,
    nullMean: ranges.reduce((sum, range) => sum + range, 0) / permutations / scale,
    nullHigh: quantile(ranges.sort(), 0.95) / scale,
    p: (1 + atLeast) / (1 + permutations),
    permutations,
  };
}

/**
 * The same null for values that are no counts: those of each group are shuffled among the cells.
 * @param values `[groups, 9]`
 */
export function permuteValueRange(
  values: Float64Array,
  { permutations, seed }: { permutations: number; seed: number },
): RangeNull {
  const groups = values.length / CELL_COUNT;
  const shuffled = values.slice();
  const observed = rangeOfSums(shuffled);
  const generator = xoroshiro128plus(seed);
  const ranges = new Float64Array(permutations);
  let atLeast = 0;
  for (let permutation = 0; permutation < permutations; permutation++) {
    for (let base = 0; base < shuffled.length; base += CELL_COUNT)
      for (let last = CELL_COUNT - 1; last > 0; last--) {
        const other = base + uniformInt(generator, 0, last);
        const value = shuffled[base + last]!;
        shuffled[base + last] = shuffled[other]!;
        shuffled[other] = value;
      }
    const range = rangeOfSums(shuffled);
    ranges[permutation] = range;
    // Sums in another order differ in their last digits.
    if (range >= observed * (1 - 1e-12)) atLeast++;
  }
  return describeNull(observed, ranges, atLeast, groups);
}

function rangeOfSums(values: Float64Array): number {
  const sums = new Float64Array(CELL_COUNT);
  for (let at = 0; at < values.length; at++) sums[at % CELL_COUNT]! += values[at]!;
  return rangeOf(sums);
}
