import { describe, expect, test } from 'vitest';
import {
  attentionFlowReference,
  dispatchAttentionFlow,
  queryPlaces,
  validateAttentionFlow,
  type AttentionFlowInput,
  type Sight,
} from './attention-flow.ts';
import { uploadBuffer } from './compute.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

/** Numbers that look random; the same for the same salt. */
function noise(count: number, salt: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 * (salt + 1)));
}

type Sizes = Pick<AttentionFlowInput, 'heads' | 'kvHeads' | 'headDim' | 'half' | 'softcap'>;

function makeInput(sizes: Sizes, tokens: readonly number[], sight: Sight): AttentionFlowInput {
  const { heads, kvHeads, headDim, half } = sizes;
  const { columns } = sight;
  const angles = noise(columns * half, 3).map((value) => 3 * value);
  return {
    ...sizes,
    rows: tokens.length,
    columns,
    scale: 0.9,
    queries: noise(tokens.length * heads * headDim, 1),
    keys: noise(columns * kvHeads * headDim, 2),
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    places: queryPlaces(tokens, sight),
  };
}

/** The definition, in float64, with the whole matrix of a head at hand. */
function flowOfMatrix(input: AttentionFlowInput, sees: (token: number, column: number) => boolean) {
  const { rows, columns, heads, kvHeads, headDim, half, cos, sin, scale, softcap } = input;
  const rotated = (all: Float32Array, count: number, row: number, head: number, token: number) =>
    Array.from({ length: headDim }, (_, c) => {
      const at = (channel: number) => all[(row * count + head) * headDim + channel]!;
      if (c >= 2 * half) return at(c);
      const f = c % half;
      const turn = [cos[token * half + f]!, sin[token * half + f]!] as const;
      return c < half
        ? at(c) * turn[0] - at(c + half) * turn[1]
        : at(c) * turn[0] + at(c - half) * turn[1];
    });
  return Float64Array.from({ length: heads * columns }, (_, i) => {
    const head = Math.floor(i / columns);
    const kvHead = Math.floor((head * kvHeads) / heads);
    let mean = 0;
    for (let row = 0; row < rows; row++) {
      const token = input.places[3 * row]!;
      const query = rotated(input.queries, heads, row, head, token);
      const weights = Array.from({ length: columns }, (__, column) => {
        if (!sees(token, column)) return 0;
        const key = rotated(input.keys, kvHeads, column, kvHead, column);
        const score = scale * query.reduce((sum, value, c) => sum + value * key[c]!, 0);
        return Math.exp(softcap === null ? score : softcap * Math.tanh(score / softcap));
      });
      mean += weights[i % columns]! / weights.reduce((a, b) => a + b) / rows;
    }
    return mean;
  });
}

async function run(device: GPUDevice, input: AttentionFlowInput): Promise<Float32Array> {
  validateAttentionFlow(input);
  const upload = (data: Float32Array) => uploadBuffer(device, Float32Array.from(data));
  const buffers = {
    queries: upload(input.queries),
    keys: upload(input.keys),
    cos: upload(input.cos),
    sin: upload(input.sin),
  };
  const means = dispatchAttentionFlow(device, input, buffers, input.places);
  const bytes = input.heads * input.columns * 4;
  const result = new Float32Array(await readBuffer(device, means, bytes));
  for (const buffer of [...Object.values(buffers), means]) buffer.destroy();
  return result;
}

/** Relative to the largest entry; NaN where one is NaN. */
function difference(found: ArrayLike<number>, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((a, b) => Math.max(a, b));
  return expected.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(found[i]! - value) / largest),
    0,
  );
}

const upTo = (end: number, first = 0) => Array.from({ length: end - first }, (_, n) => first + n);
/** Neighbours that see each other: tokens 10 to 17 and 18 to 27. */
const RUNS = Uint32Array.from({ length: 41 }, (_, n) => (n < 10 || n > 27 ? 0 : n < 18 ? 1 : 2));

interface Case {
  readonly name: string;
  readonly sizes: Sizes;
  readonly tokens: readonly number[];
  readonly sight: Sight;
}

const plain = { heads: 6, kvHeads: 2, headDim: 24, half: 12, softcap: null };
const CASES: readonly Case[] = [
  {
    name: 'grouped heads of 24 channels',
    sizes: plain,
    tokens: upTo(52, 33),
    sight: { columns: 53, window: null },
  },
  {
    name: 'part of the channels rotated, a soft cap',
    sizes: { heads: 3, kvHeads: 3, headDim: 40, half: 7, softcap: 1.5 },
    tokens: upTo(36, 31),
    sight: { columns: 37, window: null },
  },
  {
    name: 'a window, one head of keys',
    sizes: { heads: 5, kvHeads: 1, headDim: 8, half: 4, softcap: null },
    tokens: [2, 3, 17, 39, 40],
    sight: { columns: 41, window: 6 },
  },
  {
    name: 'runs that see both ways, inside a window',
    sizes: plain,
    tokens: upTo(41),
    sight: { columns: 41, window: 9, runs: RUNS },
  },
  {
    name: 'no rotation, one row and one column',
    sizes: { heads: 1, kvHeads: 1, headDim: 3, half: 0, softcap: null },
    tokens: [0],
    sight: { columns: 1, window: null },
  },
  {
    name: 'heads wider than a step, more rows than a tile',
    sizes: { heads: 2, kvHeads: 1, headDim: 72, half: 36, softcap: null },
    tokens: upTo(70, 30),
    sight: { columns: 71, window: 1000 },
  },
];

describe.each(CASES)('$name', ({ name, sizes, tokens, sight }) => {
  const input = makeInput(sizes, tokens, sight);
  const { window, runs } = sight;
  const expected = flowOfMatrix(
    input,
    (token, column) =>
      column + (window ?? Infinity) > token &&
      (column <= token ||
        (runs !== undefined && runs[token] !== 0 && runs[token] === runs[column])),
  );

  test('the reference gives what the whole matrix gives, and each head shares out 1', () => {
    const found = attentionFlowReference(input);
    expect(difference(found, expected)).toBeLessThan(1e-5);
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(sizes.heads, 4);
  });

  testWithDevice(`${name}: the kernel gives the same, and the same again`, async (device) => {
    const found = await run(device, input);
    expect(difference(found, expected)).toBeLessThan(1e-4);
    expect(await run(device, input)).toEqual(found);
  });
});

describe('what makes no sense is refused', () => {
  const input = makeInput(plain, [5], { columns: 7, window: null });
  test.each<[string, Partial<AttentionFlowInput>, RegExp]>([
    ['heads', { kvHeads: 4 }, /6 heads cannot share 4/],
    ['queries', { rows: 2 }, /The queries must have 288 entries/],
    ['rotation', { half: 13 }, /cannot have 26 rotated ones/],
    ['places', { places: Uint32Array.of(5, 6, 6) }, /row 0 is token 5 and sees .* from 6/],
  ])('%s', (_, change, words) => {
    expect(() => validateAttentionFlow({ ...input, ...change })).toThrow(words);
  });
});
