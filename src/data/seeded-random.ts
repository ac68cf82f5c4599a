/** Random numbers that are the same everywhere for the same seed (xoroshiro128+, by pure-rand). */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface SeededRandom {
  /** A whole number from 0 to `below - 1`, without modulo bias. */
  integer(below: number): number;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(values: readonly T[]): T[];
}

/** FNV-1a over the parts, so that every stream of a run starts at a seed of its own. */
function mixSeed(parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return hash | 0;
}

/** A stream of its own for each list of parts, e.g. `('group', seed, 12)`. */
export function seededRandom(...parts: (string | number)[]): SeededRandom {
  const generator = xoroshiro128plus(mixSeed(parts));
  const integer = (below: number) => uniformInt(generator, 0, below - 1);
  return {
    integer,
    shuffle<T>(values: readonly T[]): T[] {
      const result = [...values];
      for (let last = result.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [result[last], result[other]] = [result[other]!, result[last]!];
      }
      return result;
    },
  };
}
