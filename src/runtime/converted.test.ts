/**
 * Converted models: every tiny family under every format, against float32 graphs of the values that its
 * codes stand for; how far it is from the checkpoint's own is printed.
 */
import { mkdtemp, open, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Checkpoint, openCheckpoint } from '../models/checkpoint.ts';
import { convertModel } from '../models/convert.ts';
import { buildModel } from '../models/families.ts';
import { PLANS, type StorageFormat } from '../models/formats.ts';
import { checkEntry } from '../models/model-store.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { openNodeBackend } from './backend-node.ts';
import type { Provider } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import { LanguageModel } from './language-model.ts';
import { ModelEngine, type RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { dequantisedCheckpoint } from './testing/dequantised.ts';
import { goldenSource } from './testing/golden-source.ts';
import { type GoldenCase, readGolden, TOLERANCE } from './testing/golden.ts';
import { isHere } from './testing/providers.ts';
import { VisionRunner } from './vision-runner.ts';

const CASES = {
  'tiny-gemma3': 'right-padded',
  'tiny-llava-1.5-vicuna': 'right-padded',
  'tiny-llava-next-llama3': 'left-padded',
  'tiny-llava-next-mistral': 'right-padded',
  'tiny-qwen2-vl': 'right-padded',
  'tiny-qwen2.5-vl': 'right-padded',
} as const;
const FORMATS = Object.keys(PLANS) as StorageFormat[];
const STRENGTH = 0.5;

let folder = '';
let store: FolderStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'converted-'));
  store = new FolderStore(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function convert(name: string, format: StorageFormat, partBytes?: number): Promise<string> {
  const checkpoint = await openCheckpoint(new FolderSource(`fixtures/${name}`));
  const entry = `${name}-${format}-${partBytes ?? 'whole'}`;
  const source = { repository: name, revision: 'local' };
  await convertModel({ checkpoint, source, formats: PLANS[format], store, entry, partBytes });
  return entry;
}

function openConverted(entry: string, provider: Provider): Promise<RuntimeEngine> {
  const source = new FolderSource(join(folder, entry));
  return openEngine({ source, name: entry, provider });
}

/** A checkpoint's float32 graphs in memory, on the cpu provider. */
async function openFloats(checkpoint: Checkpoint, name: string): Promise<RuntimeEngine> {
  const backend = await openNodeBackend('cpu');
  const { spec, vision, embed, decoder } = await buildModel(checkpoint);
  const { provider, build, adapter, versions } = backend;
  const known = { model: name, revision: 'local', weightHash: '', settingsHash: '' };
  const none = { yesTokenIds: [], noTokenIds: [] };
  return new ModelEngine({
    backend,
    info: {
      ...known,
      dtype: 'float32',
      compute: 'float32',
      provider,
      build,
      adapter,
      versions,
      spec,
      ...none,
    },
    vision: await VisionRunner.open(backend, spec, vision),
    language: await LanguageModel.open(backend, spec.decoder, { embed, decoder: [decoder] }),
    tokenizer: undefined,
  });
}

/** Logits of the valid tokens. */
async function logitsOf(engine: RuntimeEngine, { inputs }: GoldenCase): Promise<Float32Array> {
  try {
    const mask = inputs.get('attention_mask') as HostTensor<'int64'>;
    const input_ids = inputs.get('input_ids') as HostTensor<'int64'>;
    const raw = { input_ids, attention_mask: mask, pictures: inputs };
    const { logits } = await engine.computeLogits(raw, STRENGTH);
    const vocab = logits.shape[2]!;
    return logits.data.filter((_, at) => mask.data[Math.floor(at / vocab)] === 1n);
  } finally {
    await engine.dispose();
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  expect(a.length).toBeGreaterThan(0);
  // Math.max keeps NaN, and no NaN is below a tolerance.
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);
}

describe.each(Object.entries(CASES))('%s', (name, one) => {
  let checkpoint: Checkpoint;
  let golden: GoldenCase;
  let own: Float32Array;

  beforeAll(async () => {
    golden = await readGolden(`${name}/${one}`);
    checkpoint = await openCheckpoint(await goldenSource(name, one));
    own = await logitsOf(await openFloats(checkpoint, name), golden);
  });

  test.each(FORMATS)('%s equals float32 on the same values', async (format) => {
    const entry = await convert(name, format);
    const same = await openFloats(dequantisedCheckpoint(checkpoint, PLANS[format]), name);
    const expected = await logitsOf(same, golden);
    const distance = largestDifference(expected, own);
    console.info(`${name} as ${format}: ${distance.toFixed(4)} from its logits in float32`);
    if (format === 'fp32') expect(distance).toBe(0);
    // The fixtures' weights are halves already.
    else if (format !== 'fp16') expect(distance).toBeGreaterThan(0);
    for (const provider of ['cpu', 'wasm'] as const) {
      const logits = await logitsOf(await openConverted(entry, provider), golden);
      expect(largestDifference(logits, expected), provider).toBeLessThan(TOLERANCE);
    }
  });

  test('parts of one layer each give what one decoder gives', async () => {
    const whole = await logitsOf(await openConverted(await convert(name, 'fp32'), 'cpu'), golden);
    const entry = await convert(name, 'fp32', 1);
    const state = await checkEntry(store, entry, 'all');
    const parts = state.kind === 'whole' ? state.manifest.graphs.decoder.length : 0;
    expect(parts).toBeGreaterThan(2);
    const logits = await logitsOf(await openConverted(entry, 'cpu'), golden);
    expect(largestDifference(logits, whole)).toBeLessThan(1e-5);
  });
});

/** In software each takes a quarter of a minute, so the other formats wait for the long tests. */
for (const format of ['q4', 'q4a', 'fp16'] as const) {
  const wanted = format === 'q4' || process.env.BAPA_LONG === '1';
  test.skipIf(!wanted || !isHere('webgpu'))(`${format} on webgpu, in parts`, async () => {
    const name = 'tiny-qwen2.5-vl';
    const golden = await readGolden(`${name}/${CASES[name]}`);
    const entry = await convert(name, format, 1);
    const onCpu = await logitsOf(await openConverted(entry, 'cpu'), golden);
    const onGpu = await logitsOf(await openConverted(entry, 'webgpu'), golden);
    expect(largestDifference(onGpu, onCpu)).toBeLessThan(TOLERANCE);
  });
}

describe('a converted model that is damaged', () => {
  test('is refused when a file is cut off', async () => {
    const entry = await convert('tiny-qwen2-vl', 'q4');
    const path = join(folder, entry, 'decoder-0.data');
    await truncate(path, 1000);
    await expect(openConverted(entry, 'cpu')).rejects.toThrow(
      /decoder-0.data should have \d+ bytes, but it has 1000. Convert it again./,
    );
  });

  test('is refused at its first load when a byte was flipped', async () => {
    const entry = await convert('tiny-qwen2-vl', 'q4');
    const file = await open(join(folder, entry, 'embed.data'), 'r+');
    const { buffer } = await file.read(new Uint8Array(1), 0, 1, 77);
    await file.write(
      buffer.map((byte) => byte ^ 1),
      0,
      1,
      77,
    );
    await file.close();
    await expect(openConverted(entry, 'cpu')).rejects.toThrow(/embed.data is not what was written/);
  });
});
