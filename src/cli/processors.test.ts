/**
 * Pictures and prompts by way of data, models and runtime against Hugging Face's PIL-based processors at
 * the published settings: pixels, grids and token ids (tools/golden/make_processors.py).
 */
import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { processImage } from '../data/image-processors.ts';
import { openCheckpoint } from '../models/checkpoint.ts';
import { FAMILIES, openModel } from '../models/families.ts';
import type { FamilyConfig } from '../models/family.ts';
import { Fields, type JsonObject } from '../models/fields.ts';
import { visionEncoder } from '../models/vision.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { openTokenizer, type PromptTokenizer } from '../runtime/tokenizer.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { ImageProcessorSpec, ProcessedImage } from '../tensor/image-processor.ts';
import { halvesToFloats } from '../tensor/float16.ts';
import { readSafetensors } from '../tensor/safetensors.ts';
import { elementCount, type HostTensor } from '../tensor/tensor.ts';

const FOLDER = 'fixtures/processors';
/** Samples are stored as half floats, whose steps are 2^-9 below 4; our arithmetic may add a little. */
const TOLERANCE = 2 ** -10 + 1e-5;

/** A processor of the fixtures, and the published config whose encoder counts the tokens. */
const ROWS = [
  { name: 'gemma3', config: 'google--gemma-3-4b-it' },
  { name: 'llava-1.5', config: 'llava-hf--llava-1.5-7b-hf' },
  { name: 'llava-next-mistral', config: 'llava-hf--llava-v1.6-mistral-7b-hf' },
  { name: 'llava-next-llama3', config: 'llava-hf--llama3-llava-next-8b-hf' },
  { name: 'qwen2.5-vl', config: 'Qwen--Qwen2.5-VL-7B-Instruct' },
  { name: 'qwen2-vl-limited', config: 'Qwen--Qwen2-VL-2B-Instruct' },
];

interface Part {
  readonly type: 'image' | 'text';
  readonly text?: string;
}

interface Description {
  readonly tokenizer: string;
  readonly preprocessor_config: JsonObject;
  /** Every how manyth pixel is stored, of both of the last two axes. */
  readonly sample: number;
  readonly cases: Readonly<Record<string, CaseDescription>>;
}

interface CaseDescription {
  readonly pictures: readonly string[];
  readonly messages: readonly { content: readonly Part[] }[];
  readonly rendered: string;
}

describe.each(ROWS)('$name', ({ name, config: published }) => {
  let description: Description;
  let expected: ReadonlyMap<string, HostTensor>;
  let config: FamilyConfig;
  let processor: ImageProcessorSpec;
  let tokenizer: PromptTokenizer;

  beforeAll(async () => {
    description = (await readJson(`${FOLDER}/${name}.json`)) as unknown as Description;
    expected = await readSafetensors(name, await readFile(`${FOLDER}/${name}.safetensors`));
    const fields = new Fields('config', await readJson(`data/published/${published}/config.json`));
    const family = FAMILIES[fields.choice('model_type', Object.keys(FAMILIES))]!;
    config = family.parse(fields);
    const settings = new Fields('processor', description.preprocessor_config);
    processor = family.parseProcessor(settings, config);
    const checkpoint = await openCheckpoint(new FolderSource(description.tokenizer));
    tokenizer = (await openTokenizer(checkpoint, (await openModel(checkpoint)).spec))!;
  });

  async function pictures(one: string): Promise<ProcessedImage[]> {
    const files = description.cases[one]!.pictures;
    const images = await Promise.all(files.map((file) => readPng(`${FOLDER}/${file}`)));
    return images.map((image) => processImage(image, processor));
  }

  test.each(['one', 'two', 'small'])('pixels and sizes of the case %s', async (one) => {
    const images = await pictures(one);
    const ids = (field: string) =>
      Array.from((expected.get(`${field}.${one}`)?.data ?? []) as BigInt64Array, Number);
    const grids = ids('image_grid_thw');
    if (grids.length > 0) expect(images.flatMap(({ grid }) => grid)).toEqual(grids);
    const sizes = ids('image_sizes');
    if (sizes.length > 0) expect(images.flatMap(({ size }) => size)).toEqual(sizes);
    const sample = expected.get(`pixel_sample.${one}`) as HostTensor<'float16'>;
    const ours = thin(images, ids('pixel_shape'), description.sample);
    expect(largestDifference(ours, halvesToFloats(sample.data))).toBeLessThan(TOLERANCE);
  });

  test.each(['one', 'two', 'small'])('token ids of the case %s', async (one) => {
    const runs = visionEncoder(config.vision).runs(config.vision, await pictures(one));
    const counts = runs.flatMap(({ images }) => images.map(({ tokens }) => tokens));
    const ids = tokenizer.encode(description.cases[one]!.rendered, counts);
    expect(ids).toEqual(
      Array.from(expected.get(`input_ids.${one}`)!.data as BigInt64Array, Number),
    );
  });

  test('the chat template around a question', () => {
    const { messages, rendered } = description.cases['one']!;
    const text = messages[0]!.content.find(({ type }) => type === 'text')!.text!;
    expect(tokenizer.render(text, 1)).toBe(rendered);
  });
});

/**
 * Every `step`th row and column of the pictures' pixels one below another. `shape` is that of the
 * processor's tensor, whose leading axes the pictures share out.
 */
function thin(images: readonly ProcessedImage[], shape: readonly number[], step: number) {
  const all = new Float32Array(elementCount(shape));
  // Of tiled pictures, each is filled up with empty views to the most that one has.
  const filled = shape.length === 5 ? elementCount(shape.slice(1)) : 0;
  let end = 0;
  for (const { pixels } of images) {
    all.set(pixels.data, end);
    end += Math.max(pixels.data.length, filled);
  }
  expect(end).toBe(all.length);
  const [rows, columns] = shape.slice(-2) as [number, number];
  return all.filter((_, at) => {
    const row = Math.floor(at / columns) % rows;
    return row % step === 0 && (at % columns) % step === 0;
  });
}

async function readJson(path: string): Promise<JsonObject> {
  return JSON.parse(await readFile(path, 'utf8')) as JsonObject;
}

async function readPng(path: string): Promise<RgbImage> {
  const { width, height, data } = decode(await readFile(path));
  return { width, height, data: Uint8Array.from(data) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
