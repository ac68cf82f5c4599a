import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { CELL_COUNT } from './group-table.ts';

/** Shares of swaps with at least the change that was observed, the observed one counted in. */
export interface SwapNull {
  /** Of the mean over cells, and of the range; two-sided. */
  readonly pMean: number;
  readonly pRange: number;
  readonly permutations: number;
}

/**
 * Is the change from one condition to another larger than chance makes it? Where the two do not differ,
 * their scores in a group could be exchanged, all nine cells together, so each group's are, by a fair
 * coin. Exact where an interval from resampling is not: a few wrong answers in one condition alone keep
 * a resampled range off 0. A paired permutation test (Fisher, 1935, The Design of Experiments), p as in
 * Phipson and Smyth (2010).
 * @param first `[groups, 9]`, as `second`
 */
export function swapSchemes(
  first: Uint8Array,
  second: Uint8Array,
  { permutations, seed }: { permutations: number; seed: number },
): SwapNull {
  const before = columnSums(first);
  const after = columnSums(second);
  const differing = differingGroups(first, second);
  const observed = changeOf(before, after);
  const generator = xoroshiro128plus(seed);
  const [swappedBefore, swappedAfter] = [before.slice(), after.slice()];
  let [meanAtLeast, rangeAtLeast] = [0, 0];
  for (let permutation = 0; permutation < permutations; permutation++) {
    swappedBefore.set(before);
    swappedAfter.set(after);
    for (const difference of differing) {
      if (uniformInt(generator, 0, 1) === 0) continue;
      for (let cell = 0; cell < CELL_COUNT; cell++) {
        swappedBefore[cell]! += difference[cell]!;
        swappedAfter[cell]! -= difference[cell]!;
      }
    }
    const change = changeOf(swappedBefore, swappedAfter);
    if (change.sum >= observed.sum) meanAtLeast++;
    if (change.range >= observed.range) rangeAtLeast++;
  }
  const share = (atLeast: number) => (1 + atLeast) / (1 + permutations);
  return { pMean: share(meanAtLeast), pRange: share(rangeAtLeast), permutations };
}

function columnSums(scores: Uint8Array): Int32Array {
  const sums = new Int32Array(CELL_COUNT);
  scores.forEach((score, at) => (sums[at % CELL_COUNT]! += score));
  return sums;
}

/** Second less first, of the groups where they differ. */
function differingGroups(first: Uint8Array, second: Uint8Array): Int8Array[] {
  const groups: Int8Array[] = [];
  for (let base = 0; base < first.length; base += CELL_COUNT) {
    const difference = Int8Array.from(
      { length: CELL_COUNT },
      (_, cell) => second[base + cell]! - first[base + cell]!,
    );
    if (difference.some((value) => value !== 0)) groups.push(difference);
  }
  return groups;
}

/** Absolute changes of the sum and of the range, in points. */
function changeOf(before: Int32Array, after: Int32Array): { sum: number; range: number } {
  let sum = 0;
  let [low, high, lowAfter, highAfter] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let cell = 0; cell < CELL_COUNT; cell++) {
    const [value, valueAfter] = [before[cell]!, after[cell]!];
    sum += valueAfter - value;
    if (value < low) low = value;
    if (value > high) high = value;
    if (valueAfter < lowAfter) lowAfter = valueAfter;
    if (valueAfter > highAfter) highAfter = valueAfter;
  }
  return { sum: Math.abs(sum), range: Math.abs(highAfter - lowAfter - (high - low)) };
}
