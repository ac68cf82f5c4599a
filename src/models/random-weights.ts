/** Random weights that stream: fast, the same for the same seed, and of a scale that a model can run with. */

/** Bytes of a piece. */
const PIECE = 4 * 2 ** 20;

/** Values that weights are drawn from: one for each 16 bits. */
const DRAWS = 2 ** 16;

/** How the values of a tensor are spread. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** What the 16 bits of a draw become: halves or bfloat16, by `toBits`. */
export function drawTable(
  { mean, deviation }: Spread,
  toBits: (value: number) => number,
): Uint16Array {
  return Uint16Array.from(normalDraws(), (draw) => toBits(mean + deviation * draw));
}

/** The bytes of `count` draws from a table, in pieces that are used again. */
export function* randomWeights(
  count: number,
  table: Uint16Array,
  seed: number,
): Generator<Uint8Array> {
  const words = new Uint32Array(PIECE / 4);
  let state = mixed(seed) || 1;
  for (let left = count; left > 0; left -= words.length * 2) {
    const used = Math.ceil(Math.min(words.length, left / 2));
    for (let i = 0; i < used; i++) {
      // Marsaglia's xorshift of 32 bits, which draw two values.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = (table[state & 0xffff] as number) | ((table[state >>> 16] as number) << 16);
    }
    yield new Uint8Array(words.buffer, 0, Math.min(words.length * 2, left) * 2);
  }
}

/** Normally distributed numbers (Box and Muller's), the same ones each time. */
let normal: Float64Array | undefined;
function normalDraws(): Float64Array {
  if (normal) return normal;
  const draws = new Float64Array(DRAWS);
  for (let i = 0; i < DRAWS; i += 2) {
    // Evenly spaced radii and well-spread angles leave no seed to choose.
    const radius = Math.sqrt(-2 * Math.log((i / 2 + 0.5) / (DRAWS / 2)));
    const angle = 2 * Math.PI * ((i / 2) * GOLDEN - Math.floor((i / 2) * GOLDEN));
    draws[i] = radius * Math.cos(angle);
    draws[i + 1] = radius * Math.sin(angle);
  }
  return (normal = draws);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Bits of a seed spread over all 32 (the finaliser of MurmurHash3). */
export function mixed(seed: number): number {
  let bits = seed >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
