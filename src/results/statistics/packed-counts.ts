/**
 * Small counts that travel together in doubles, three of 17 bits in each, so that adding a row of nine
 * takes three additions. Integers below 2^51 are exact.
 */

/** Every count, and every sum of counts, has to stay below it. */
export const PACKED_LIMIT = 2 ** 17;

const FIELDS = 3;

/** Doubles that hold `width` counts. */
export function wordsOf(width: number): number {
  return Math.ceil(width / FIELDS);
}

/** Counts as {@link wordsOf} doubles, written to `into` from `offset` on. */
export function packCounts(counts: ArrayLike<number>, into: Float64Array, offset = 0): void {
  const words = wordsOf(counts.length);
  for (let word = 0; word < words; word++) {
    let packed = 0;
    for (let field = FIELDS - 1; field >= 0; field--)
      packed = packed * PACKED_LIMIT + (counts[word * FIELDS + field] ?? 0);
    into[offset + word] = packed;
  }
}

/** The counts again, into an array of their number. */
export function unpackCounts(words: ArrayLike<number>, into: Float64Array): void {
  for (let at = 0; at < into.length;) {
    let rest = words[Math.floor(at / FIELDS)]!;
    for (let field = 0; field < FIELDS && at < into.length; field++, at++) {
      const count = rest % PACKED_LIMIT;
      rest = (rest - count) / PACKED_LIMIT;
      into[at] = count;
    }
  }
}
