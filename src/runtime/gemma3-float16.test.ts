/**
 * Gemma 3's residual stream outgrows half floats (upstream, float16 of it is told to be invalid). Scaling
 * the stream changes nothing but the logits' scale, because every layer reads it through a norm: so a
 * checkpoint whose stream is 2^24 times as large has to give the golden logits, 2^24 times as large.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Checkpoint, openCheckpoint } from '../models/checkpoint.ts';
import { convertModel } from '../models/convert.ts';
import { PLANS } from '../models/formats.ts';
import { toFloat32 } from '../tensor/convert.ts';
import { type LazyTensor, lazyTensor } from '../tensor/lazy.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { Provider } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import { openEngine } from './open-engine-node.ts';
import { goldenSource } from './testing/golden-source.ts';
import { readGolden } from './testing/golden.ts';
import { hasHalfFloats } from './testing/providers.ts';

const NAME = 'tiny-gemma3';
const CASE = 'right-padded';
const SCALE = 2 ** 24;
const LARGEST_HALF = 65504;
/** As in float16.test.ts, of logits brought back to their scale. */
const TOLERANCE: Readonly<Partial<Record<Provider, number>>> = { cpu: 3e-2, webgpu: 0.15 };

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gemma3-float16-'));
  const checkpoint = scaledStream(await openCheckpoint(await goldenSource(NAME, CASE)));
  const store = new FolderStore(folder);
  const source = { repository: NAME, revision: 'local' };
  // Halves hold neither the scaled embeddings nor the head, which is the same matrix.
  const formats = { ...PLANS.fp16, embedding: 'fp32', head: 'fp32' } as const;
  // One layer in a part: between parts the stream is a tensor of the type that it really has, while
  // onnxruntime's cpu provider leaves out roundings between its own operators.
  await convertModel({ checkpoint, source, formats, store, entry: NAME, partBytes: 1 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What writes to the residual stream, scaled: embeddings, image features, and the norms behind layers. */
function scaledStream(checkpoint: Checkpoint): Checkpoint {
  const scaled = async (name: string): Promise<HostTensor<'float32'>> => {
    const tensor = toFloat32(await checkpoint.readTensor(name), name);
    // Norms are stored less 1.
    const offset = /post_(attention|feedforward)_layernorm/.test(name) ? 1 : 0;
    return { ...tensor, data: tensor.data.map((value) => (value + offset) * SCALE - offset) };
  };
  const writes = (name: string) =>
    /embed_tokens|mm_input_projection|post_(attention|feedforward)_layernorm/.test(name);
  return {
    ...checkpoint,
    readTensor: (name) => (writes(name) ? scaled(name) : checkpoint.readTensor(name)),
    lazyTensor: (name): LazyTensor => {
      const own = checkpoint.lazyTensor(name);
      if (!writes(name)) return own;
      return {
        dtype: 'float32',
        shape: own.shape,
        chunks: async function* () {
          yield* lazyTensor(await scaled(name)).chunks();
        },
      };
    },
  };
}

async function expectGolden(provider: Provider): Promise<void> {
  const { inputs, golden } = await readGolden(`${NAME}/${CASE}`);
  const source = new FolderSource(join(folder, NAME));
  const engine = await openEngine({ source, name: NAME, provider, compute: 'float16' });
  try {
    const input_ids = inputs.get('input_ids') as HostTensor<'int64'>;
    const attention_mask = inputs.get('attention_mask') as HostTensor<'int64'>;
    const raw = { input_ids, attention_mask, pictures: inputs };
    const { logits, image_features } = await engine.computeLogits(raw, 1);
    const stream = image_features!.data.reduce((most, value) => Math.max(most, value), 0);
    expect(stream).toBeGreaterThan(LARGEST_HALF);
    const expected = (golden.get('logits.balanced') as HostTensor<'float32'>).data;
    const index = (golden.get('logits_index') as HostTensor<'int64'>).data;
    const [rows, length, vocab] = logits.shape as [number, number, number];
    let largest = 0;
    for (let row = 0; row < rows; row++)
      index.forEach((token, k) => {
        const at = row * length + Number(token);
        if (attention_mask.data[at] !== 1n) return;
        for (let id = 0; id < vocab; id++) {
          const own = logits.data[at * vocab + id]! / SCALE;
          const theirs = expected[(row * index.length + k) * vocab + id]!;
          largest = Math.max(largest, Math.abs(own - theirs));
        }
      });
    console.info(
      `float16, a stream up to ${stream.toExponential(1)} on ${provider}: logits ${largest.toFixed(4)} off`,
    );
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(TOLERANCE[provider]!);
  } finally {
    await engine.dispose();
  }
}

test('a residual stream beyond half floats gives the golden logits', () => expectGolden('cpu'));

const halfFloats = await hasHalfFloats();

test.skipIf(!halfFloats)('the same on an adapter with half floats', () => expectGolden('webgpu'));
