/** From a picture and a question to an answer by transformers.js alone: its processor on our files. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoModelForImageTextToText,
  AutoProcessor,
  env,
  type Processor,
  RawImage,
  type Tensor,
} from '@huggingface/transformers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import { exportForTransformersJs } from '../models/transformers-js/export.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';

interface Row {
  readonly name: string;
  readonly folder: string;
  readonly pixels: readonly number[];
  /** LLaVA's processor takes the picture first. */
  readonly pictureFirst?: boolean;
  /** Of the picture below, by Hugging Face's rule for the family. */
  readonly tokens: number;
}

/** A picture of 157 x 89 pixels. */
const PICTURE = 'fixtures/processors/wide-157x89.png';

const ROWS: readonly Row[] = [
  {
    name: 'emoji-llava',
    folder: 'public/models/emoji-llava',
    pixels: [1, 3, 168, 168],
    pictureFirst: true,
    tokens: 144,
  },
  {
    name: 'tiny-llava-1.5-vicuna',
    folder: 'fixtures/tiny-llava-1.5-vicuna',
    pixels: [1, 3, 12, 12],
    pictureFirst: true,
    tokens: 9,
  },
  { name: 'tiny-gemma3', folder: 'fixtures/tiny-gemma3', pixels: [1, 3, 24, 24], tokens: 9 },
  // 48 x 80 pixels are the most of its shape within 4096 in blocks of 8: 12 x 20 patches of 4.
  { name: 'tiny-qwen2-vl', folder: 'fixtures/tiny-qwen2-vl', pixels: [240, 96], tokens: 60 },
  { name: 'tiny-qwen2.5-vl', folder: 'fixtures/tiny-qwen2.5-vl', pixels: [240, 96], tokens: 60 },
];

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'transformers-js-'));
  env.allowRemoteModels = false;
  env.localModelPath = root;
});

afterAll(() => rm(root, { recursive: true }));

test.each(ROWS)(
  '$name: a picture becomes as many tokens as the encoder gives features',
  async ({ name, folder, pixels, pictureFirst, tokens }) => {
    const checkpoint = await openCheckpoint(new FolderSource(folder));
    const store = new FolderStore(root);
    await exportForTransformersJs({ checkpoint, dtype: 'q8', store, entry: name });
    const processor: Processor = await AutoProcessor.from_pretrained(name);
    const content = [{ type: 'image' }, { type: 'text', text: 'Name the picture.' }];
    const prompt = processor.apply_chat_template([{ role: 'user', content }] as never, {
      add_generation_prompt: true,
    }) as unknown as string;
    const picture = await RawImage.read(PICTURE);
    const inputs = await (pictureFirst ? processor(picture, prompt) : processor(prompt, picture));
    expect(inputs.pixel_values.dims).toEqual(pixels);
    const model = await AutoModelForImageTextToText.from_pretrained(name, { device: 'cpu' });
    const imageToken = BigInt(
      (model.config as unknown as { image_token_id: number }).image_token_id,
    );
    const ids = [...(inputs.input_ids.data as BigInt64Array)];
    expect(ids.filter((id) => id === imageToken)).toHaveLength(tokens);
    // It throws where tokens and features differ in number.
    const answer = (await model.generate({ ...inputs, max_new_tokens: 2 })) as Tensor;
    expect(answer.dims.at(-1)).toBeGreaterThan(ids.length);
    await model.dispose();
  },
);
