/** Random checkpoints: a tiny geometry runs, and every published chat format is rendered as published. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import type { PublishedFacts, TensorTable } from '../models/published.ts';
import { type Geometry, synthesise } from '../models/synth.ts';
import { synthTokenizer } from '../models/synth-tokenizer.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import { openEngine } from './open-engine-node.ts';
import { readGolden } from './testing/golden.ts';
import { openTokenizer } from './tokenizer.ts';
import type { HostTensor } from '../tensor/tensor.ts';

const PUBLISHED = 'data/published';

function published<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(PUBLISHED, folder, file), 'utf8')) as T;
}

let folder = '';
let store: FolderStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synth-'));
  store = new FolderStore(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A tiny checkpoint's names and shapes, with the tokens that its own tokenizer adds. */
async function tinyGeometry(): Promise<Geometry> {
  const source = new FolderSource('fixtures/tiny-qwen2-vl');
  const checkpoint = await openCheckpoint(source);
  const facts = published<Geometry['facts']>('Qwen--Qwen2-VL-2B-Instruct', 'facts.json');
  const { added_tokens: added } = (await checkpoint.readJson('tokenizer.json')) as {
    added_tokens: { id: number; content: string }[];
  };
  const tokens = Object.fromEntries(
    Object.entries(facts.tokens).map(([name, { text }]) => {
      const { id } = added.find(({ content }) => content === text)!;
      return [name, { id, text }];
    }),
  );
  const tensors = [...checkpoint.tensors].map(([name, { shape }]) => ({ name, shape }));
  const parameters = tensors
    .map(({ shape }) => shape.reduce((a, b) => a * b))
    .reduce((a, b) => a + b);
  const table: TensorTable = {
    dtype: 'BF16',
    count: tensors.length,
    parameters,
    bytes: parameters * 2,
    tensors,
  };
  const files = new Map<string, string>();
  for (const file of ['config.json', 'generation_config.json', 'preprocessor_config.json'])
    files.set(file, await checkpoint.readText(file));
  const config = (await checkpoint.readJson('config.json')) as {
    text_config?: { vocab_size: number };
  };
  return {
    facts: { ...facts, tokens, weights: { ...facts.weights, shards: 3 } },
    table,
    files,
    vocabSize: config.text_config!.vocab_size,
  };
}

async function hashes(name: string): Promise<string[]> {
  const files = (await readdir(join(folder, name))).sort();
  const hash = async (file: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name, file)))
      .digest('hex');
  return Promise.all(files.map(hash));
}

describe('a random checkpoint', () => {
  test('is the same for the same seed alone', async () => {
    const geometry = await tinyGeometry();
    await synthesise({ geometry, seed: 1, store, folder: 'one' });
    await synthesise({ geometry, seed: 1, store, folder: 'same' });
    await synthesise({ geometry, seed: 2, store, folder: 'other' });
    const one = await hashes('one');
    expect(await hashes('same')).toEqual(one);
    expect((await hashes('other')).filter((hash) => !one.includes(hash))).toHaveLength(3);
  });

  test('runs, with logits that are neither flat nor huge, which its picture changes', async () => {
    const geometry = await tinyGeometry();
    await synthesise({ geometry, seed: 1, store, folder: 'run' });
    const source = new FolderSource(join(folder, 'run'));
    const engine = await openEngine({ source, name: 'run', provider: 'cpu' });
    const { inputs } = await readGolden('tiny-qwen2-vl/right-padded');
    const pixels = inputs.get('pixel_values') as HostTensor<'float32'>;
    const black = { ...pixels, data: new Float32Array(pixels.data.length) };
    const run = (pictures: typeof inputs) =>
      engine.computeLogits(
        {
          input_ids: inputs.get('input_ids') as HostTensor<'int64'>,
          attention_mask: inputs.get('attention_mask') as HostTensor<'int64'>,
          pictures,
        },
        0,
      );
    const { logits } = await run(inputs);
    const other = await run(new Map([...inputs, ['pixel_values', black]]));
    await engine.dispose();
    const squares = logits.data.reduce((sum, value) => sum + value ** 2, 0);
    const spread = Math.sqrt(squares / logits.data.length);
    expect(spread).toBeGreaterThan(0.2);
    expect(spread).toBeLessThan(5);
    const moved = logits.data.map((value, at) => Math.abs(value - other.logits.data[at]!));
    expect(Math.max(...moved)).toBeGreaterThan(0.1);
  });

  test('is not left half written when it is cancelled', async () => {
    const controller = new AbortController();
    const geometry = await tinyGeometry();
    const work = synthesise({
      geometry,
      seed: 1,
      store,
      folder: 'cancelled',
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('Enough.')),
    });
    await expect(work).rejects.toThrow('Enough.');
    expect(await store.list()).not.toContain('cancelled');
  });
});

/** A folder for each chat format: siblings share theirs. */
function chatFormats(): string[] {
  const folders = readdirSync(PUBLISHED).filter((name) => name.includes('--'));
  const formats = folders.map(
    (name) => [published<PublishedFacts>(name, 'facts.json').chat.prompt, name] as const,
  );
  return [...new Map(formats).values()];
}

test.each(chatFormats())('%s: the tokenizer writes the published chat', async (name) => {
  const facts = published<PublishedFacts>(name, 'facts.json');
  const table = published<TensorTable>(name, 'tensors.json');
  const size = table.tensors.find(({ name: one }) => one.endsWith('embed_tokens.weight'))!
    .shape[0]!;
  const files = synthTokenizer(facts, size);
  const { image, imageStart, bos } = facts.tokens;
  const reader = {
    has: (file: string) => files.has(file),
    readText: async (file: string) => files.get(file)!,
    readJson: async (file: string) => JSON.parse(files.get(file)!) as unknown,
  };
  const placeholder = facts.chat.prompt.includes(image!.text) ? image! : imageStart!;
  const tokenizer = (await openTokenizer(reader, {
    imageTokenId: image!.id,
    imagePrompt: { placeholderId: placeholder.id, before: [], after: [] },
  }))!;
  const prompt = tokenizer.render('Describe the image.');
  const { tokenizerAddsBos, prompt: expected } = facts.chat;
  const start = tokenizerAddsBos && expected.startsWith(bos!.text) ? bos!.text : '';
  expect(start + prompt).toBe(expected);
  const ids = tokenizer.encode(prompt, [3]);
  expect(ids.filter((id) => id === image!.id)).toHaveLength(3);
  if (tokenizerAddsBos) expect(ids[0]).toBe(bos!.id);
  expect(Math.max(...ids)).toBeLessThan(size);
  expect(tokenizer.yesTokenIds).toHaveLength(1);
  expect(tokenizer.noTokenIds).toHaveLength(1);
});
