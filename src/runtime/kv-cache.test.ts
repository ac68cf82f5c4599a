import type { Tensor } from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPUTE_TYPES } from '../models/compute.ts';
import { attentionGraph } from '../models/testing/attention-graph.ts';
import { openNodeBackend } from './backend-node.ts';
import type { Backend } from './backend.ts';
import type { Provider } from './engine.ts';
import { type CacheSpec, type CacheType, KvCache, presentNames } from './kv-cache.ts';
import { createSession, type Session } from './session.ts';
import { describeProviders, hasHalfFloats } from './testing/providers.ts';

/** One attention operator without a model around it: what it does with caches is all that is asked. */
const SIZES = { layers: 1, heads: 4, kvHeads: 2, headDim: 32 };
const PROMPT = 37;
const CAPACITY = 48;
const STEPS = 4;

/** WebGPU's attention sums in half floats in another order for another batch. */
const LARGEST_DIFFERENCE: Record<CacheType, number> = { float32: 1e-6, float16: 2e-3 };

/** Numbers that look random, f32 `[2, tokens, width]`; the same for the same seed. */
function noise(tokens: number, width: number, seed: number): Float32Array {
  const spread = 12.9898 * (seed + 1);
  return Float32Array.from({ length: 2 * tokens * width }, (_, i) => Math.sin((i + 1) * spread));
}

const halfFloats = await hasHalfFloats();

for (const type of COMPUTE_TYPES)
  describeProviders(`${type} on %s`, (provider) => {
    if (type === 'float32' || provider !== 'webgpu' || halfFloats) cacheTests(provider, type);
    else test.skip('the adapter has no half floats');
  });

function cacheTests(provider: Provider, type: CacheType): void {
  const spec: CacheSpec & typeof SIZES = { ...SIZES, type };
  let backend: Backend;
  let session: Session;

  beforeAll(async () => {
    backend = await openNodeBackend(provider);
    session = await createSession(
      backend,
      attentionGraph(spec, type),
      'attention',
      presentNames(1),
    );
  });

  afterAll(async () => {
    await session?.release();
    backend?.dispose();
  });

  /** Inputs of a prefill (step 0) or of a later step for some rows, without the cache. */
  function feeds(rows: readonly number[], lengths: readonly number[], step: number) {
    const { Tensor } = backend.ort;
    const tokens = step === 0 ? Math.max(...rows.map((row) => lengths[row]!)) : 1;
    const input = (heads: number, salt: number) => {
      const width = heads * spec.headDim;
      const made = step === 0 ? PROMPT : 1;
      const all = noise(made, width, 3 * step + salt);
      const data = new Float32Array(rows.length * tokens * width);
      rows.forEach((row, i) => {
        const start = row * made * width;
        data.set(all.subarray(start, start + tokens * width), i * tokens * width);
      });
      return new Tensor('float32', data, [rows.length, tokens, width]);
    };
    const valid = rows.map((row) => lengths[row]! + step);
    const seqlens = Int32Array.from(valid, (count) => count - 1);
    return {
      query: input(spec.heads, 0),
      key: input(spec.kvHeads, 1),
      value: input(spec.kvHeads, 2),
      seqlens_k: new Tensor('int32', seqlens, [rows.length]),
      total_sequence_length: new Tensor('int32', Int32Array.of(Math.max(...valid)), [1]),
    };
  }

  /**
   * Prefills `rows` (each of its own length in `lengths`), takes a step, goes on with `kept` alone, and
   * returns what its valid tokens gave.
   */
  async function decode(
    lengths: readonly number[],
    rows: readonly number[],
    kept: number,
    inPlace?: boolean,
  ): Promise<number[]> {
    let cache = KvCache.allocate(backend, spec, rows.length, CAPACITY, inPlace);
    let going = rows;
    const outputs: number[] = [];
    for (let step = 0; step <= STEPS; step++) {
      if (step === 2) {
        const selected = cache.select([going.indexOf(kept)]);
        cache.dispose();
        cache = selected;
        going = [kept];
      }
      const wanted: Record<string, Tensor | null> = { output: null, ...cache.fetches() };
      const results = await session.run(
        { ...feeds(going, lengths, step), ...cache.feeds() },
        wanted,
      );
      cache.advance(results);
      const { data, dims } = results['output']!;
      const [, tokens, width] = dims as [number, number, number];
      const start = going.indexOf(kept) * tokens * width;
      const count = step === 0 ? lengths[kept]! : 1;
      outputs.push(...(data as Float32Array).subarray(start, start + count * width));
    }
    cache.dispose();
    return outputs;
  }

  describe.each([
    ['rows of one length', [PROMPT, PROMPT]],
    ['rows of other lengths', [PROMPT, 29]],
  ])('%s', (_, lengths) => {
    if (provider !== 'wasm')
      test('a cache allocated once gives what a growing one gives', async () => {
        for (const kept of [0, 1]) {
          const fixed = await decode(lengths, [0, 1], kept, true);
          expect(largestDifference(fixed, await decode(lengths, [0, 1], kept, false))).toBeLessThan(
            LARGEST_DIFFERENCE[type],
          );
        }
      });

    test('a row of a batch gives what it gives alone', async () => {
      for (const kept of [0, 1]) {
        const together = await decode(lengths, [0, 1], kept);
        const alone = await decode(lengths, [kept], kept, false);
        expect(largestDifference(together, alone)).toBeLessThan(LARGEST_DIFFERENCE[type]);
      }
    });
  });

  if (provider === 'wasm')
    test('an output that was handed in stays unwritten', async () => {
      const cache = KvCache.allocate(backend, spec, 1, CAPACITY, true);
      const given = { ...feeds([0], [PROMPT], 0), ...cache.feeds() };
      const results = await session.run(given, cache.fetches());
      expect(results['present.0.key']!.data.every((value) => value === 0)).toBe(true);
    });
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  expect(a.some((value) => Math.abs(value) > 0.1)).toBe(true);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
