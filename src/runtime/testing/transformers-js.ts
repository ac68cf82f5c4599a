/** Golden cases as transformers.js takes them, and its outputs beside theirs. */
import { DynamicCache, type PreTrainedModel, Tensor } from '@huggingface/transformers';
import { expect } from 'vitest';
import type { HostTensor } from '../../tensor/tensor.ts';
import type { GoldenCase } from './golden.ts';

export type Feeds = Record<string, Tensor>;

export function toTensor({ dtype, shape, data }: HostTensor): Tensor {
  return new Tensor(dtype as 'float32', data as Float32Array, [...shape]);
}

export function feedsOf({ inputs }: GoldenCase): Feeds {
  return Object.fromEntries([...inputs].map(([key, value]) => [key, toTensor(value)]));
}

/** The scheme's positions, which are whole numbers for standard and balanced ones. */
export function positionsOf({ golden }: GoldenCase, scheme: string): Feeds {
  const { data, shape } = golden.get(`position_ids.${scheme}`) as HostTensor<'float32'>;
  const ids = BigInt64Array.from(data, (id) => BigInt(id));
  return { position_ids: new Tensor('int64', ids, [...shape]) };
}

export async function logitsOf(model: PreTrainedModel, feeds: Feeds): Promise<Tensor> {
  return ((await model(feeds)) as { logits: Tensor }).logits;
}

/** Largest difference from the scheme's logits at every stored position that is not padding. */
export function largestDifference(
  logits: Tensor,
  { inputs, golden }: GoldenCase,
  scheme: string,
): number {
  const mask = inputs.get('attention_mask') as HostTensor<'int64'>;
  const kept = golden.get(`logits.${scheme}`) as HostTensor<'float32'>;
  const index = [...(golden.get('logits_index') as HostTensor<'int64'>).data].map(Number);
  const [rows = 0, length = 0, vocab = 0] = logits.dims;
  const ours = logits.data as Float32Array;
  const differences: number[] = [];
  for (let row = 0; row < rows; row++)
    index.forEach((token, k) => {
      if (mask.data[row * length + token] !== 1n) return;
      const at = (row * length + token) * vocab;
      const from = (row * index.length + k) * vocab;
      for (let i = 0; i < vocab; i++)
        differences.push(Math.abs(ours[at + i]! - kept.data[from + i]!));
    });
  expect(differences.length).toBeGreaterThan(0);
  // Math.max keeps NaN, and no NaN is below a tolerance.
  return differences.reduce((a, b) => Math.max(a, b));
}

/**
 * As many tokens of each row as the case has, row by row, by forward passes whose mask and positions go
 * on from the case's own.
 */
export async function greedySteps(model: PreTrainedModel, golden: GoldenCase): Promise<bigint[]> {
  const given = { ...feedsOf(golden), ...positionsOf(golden, 'standard') };
  const [rows = 0, steps = 0] = golden.golden.get('greedy.standard')!.shape;
  const highest = highestPositions(given['position_ids']!, rows);
  const tokens: bigint[][] = Array.from({ length: rows }, () => []);
  let mask = rowsOf(given['attention_mask']!.data as BigInt64Array, rows);
  let outputs = (await model(given)) as Record<string, Tensor>;
  for (let step = 1; ; step++) {
    bestTokens(outputs['logits']!).forEach((token, row) => tokens[row]!.push(token));
    if (step === steps) return tokens.flat();
    mask = mask.map((row) => [...row, 1n]);
    const next = highest.map((position) => position + BigInt(step));
    const manyAxes = given['position_ids']!.dims.length === 3;
    outputs = (await model({
      input_ids: int64(tokens.map((row) => row.slice(-1))),
      attention_mask: int64(mask),
      position_ids: manyAxes
        ? new Tensor('int64', [next, next, next].flat(), [3, rows, 1])
        : int64(next.map((position) => [position])),
      past_key_values: cacheOf(outputs),
    })) as Record<string, Tensor>;
  }
}

function int64(rows: readonly (readonly bigint[])[]): Tensor {
  return new Tensor('int64', rows.flat(), [rows.length, rows[0]!.length]);
}

function rowsOf<T>(values: ArrayLike<T>, rows: number): T[][] {
  const length = values.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length }, (_, n) => values[row * length + n] as T),
  );
}

/** Of each row; ids `[b, s]` or `[3, b, s]`. */
function highestPositions(ids: Tensor, rows: number): bigint[] {
  const length = ids.dims.at(-1)!;
  const all = rowsOf(ids.data as BigInt64Array, ids.data.length / length);
  return Array.from({ length: rows }, (_, row) =>
    all
      .filter((_, n) => n % rows === row)
      .flat()
      .reduce((a, b) => (a > b ? a : b)),
  );
}

/** The likeliest token behind the last of each row. */
function bestTokens(logits: Tensor): bigint[] {
  const [rows = 0, count = 0, vocab = 0] = logits.dims;
  const data = logits.data as Float32Array;
  return Array.from({ length: rows }, (_, row) => {
    const end = (row + 1) * count * vocab;
    const last = data.subarray(end - vocab, end);
    return BigInt(last.indexOf(last.reduce((a, b) => Math.max(a, b))));
  });
}

function cacheOf(outputs: Record<string, Tensor>): DynamicCache {
  const presents = Object.entries(outputs).filter(([name]) => name.startsWith('present'));
  return new DynamicCache(
    Object.fromEntries(
      presents.map(([name, value]) => [name.replace('present', 'past_key_values'), value]),
    ),
  );
}
