/** Masked copies of a picture and the scores of answers about them, for every layout of pixels. */
import { expect, test } from 'vitest';
import { occlusionMaskReference, type OcclusionMasks } from '../kernels/occlusion-mask.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { AnsweredQuestion, ImageFeatures, Provider } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import { changingMasks, pixelLayout } from './masked-pixels.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { describeProviders } from './testing/providers.ts';

/** A checkpoint, a picture of its layout, and masks of the picture: nothing, a part, everything. */
interface Layout {
  readonly model: string;
  readonly base: ProcessedImage;
  readonly rectangles: readonly (readonly number[])[];
}

const LAYOUTS: readonly Layout[] = [
  {
    model: 'tiny-llava-1.5-vicuna',
    base: noise([3, 12, 12], { size: [12, 12] }),
    rectangles: [
      [0, 0, 0, 0],
      [4, 0, 8, 4],
      [0, 0, 12, 12],
    ],
  },
  {
    // A base view, then four tiles of 24x24 pixels.
    model: 'tiny-llava-next-mistral',
    base: noise([5, 3, 12, 12], { size: [24, 24] }),
    rectangles: [
      [0, 0, 0, 0],
      [4, 4, 8, 8],
      [0, 0, 12, 12],
    ].map((first) => [first, first, [0, 0, 0, 0], first, first].flat()),
  },
  {
    model: 'tiny-qwen2.5-vl',
    base: noise([48, 96], { size: [24, 32], grid: [1, 6, 8] }),
    rectangles: [
      [0, 0, 0, 0],
      [5, 8, 12, 17],
      [0, 0, 32, 24],
    ],
  },
];

const STRENGTHS = [0, 1];
const TEXT = 'Is it there?';
const STEPS = 3;

function noise(shape: number[], rest: Omit<ProcessedImage, 'pixels'>): ProcessedImage {
  // Plain arithmetic, so that every run has the same picture.
  const data = Float32Array.from(
    { length: elementCount(shape) },
    (_, at) => ((at * 7919) % 1009) / 500 - 1,
  );
  return { pixels: { dtype: 'float32', shape, data }, ...rest };
}

function masksOf({ rectangles }: Layout): OcclusionMasks {
  return {
    count: rectangles.length,
    rectangles: Uint32Array.from(rectangles.flat()),
    fill: Float32Array.of(1.9, 2.1, 2.2),
  };
}

/** The masked copies as pictures of their own. */
function maskedPictures(engine: RuntimeEngine, layout: Layout): ProcessedImage[] {
  const { base } = layout;
  const { data, shape } = base.pixels;
  const copies = occlusionMaskReference(
    pixelLayout(base, engine.info.spec.imageProcessor),
    data,
    masksOf(layout),
  );
  return layout.rectangles.map((_, at) => {
    const own = copies.slice(at * data.length, (at + 1) * data.length);
    return { ...base, pixels: { dtype: 'float32', shape, data: own } };
  });
}

/** Each picture's question under each strength, with one answer for all. */
function answered(
  images: readonly ImageFeatures[],
  tokenIds: readonly number[],
): AnsweredQuestion[] {
  return images.flatMap((image) =>
    STRENGTHS.map((strength) => ({
      question: { images: [image], text: TEXT },
      strength,
      tokenIds,
    })),
  );
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  expect(a.length).toBe(b.length);
  const differences = a.flatMap((row, at) =>
    [...row].map((value, i) => Math.abs(value - b[at]![i]!)),
  );
  return Math.max(...differences);
}

/** What the CPU gives for pictures that came masked, the picture as it is first. */
interface Expected {
  readonly tokenIds: readonly number[];
  readonly scores: readonly Float32Array[];
}

const known = new Map<string, Promise<Expected>>();

function expectedOf(layout: Layout): Promise<Expected> {
  const found = known.get(layout.model) ?? computeExpected(layout);
  known.set(layout.model, found);
  return found;
}

async function computeExpected(layout: Layout): Promise<Expected> {
  const engine = await open(layout, 'cpu');
  const pictures = [layout.base, ...maskedPictures(engine, layout)];
  const images = await engine.encodeImages(pictures);
  const question = { images: [images[0]!], text: TEXT };
  const { tokenIds } = await engine.generate(question, 0, STEPS);
  const scores = await engine.scoreTokens(answered(images, tokenIds));
  await engine.dispose();
  return { tokenIds, scores };
}

function open({ model }: Layout, provider: Provider): Promise<RuntimeEngine> {
  return openEngine({ source: new FolderSource(`fixtures/${model}`), name: model, provider });
}

describeProviders('masked copies on %s', (provider) => {
  // Shaders are slow to compile where there is no GPU; the kernel's own test has all layouts.
  const layouts = LAYOUTS.filter(({ model }) => provider !== 'webgpu' || !model.includes('next'));
  test.each(layouts)('$model', async (layout) => {
    const { tokenIds, scores: expected } = await expectedOf(layout);
    const engine = await open(layout, provider);
    const masks = masksOf(layout);
    const masked = await engine.encodeMasked(layout.base, masks);
    const scores = await engine.scoreTokens(answered(masked, tokenIds));
    await engine.dispose();

    const perPicture = STRENGTHS.length;
    const plain = expected.slice(0, perPicture);
    const tolerance = provider === 'cpu' ? 1e-4 : 1e-3;
    expect(tokenIds).toHaveLength(STEPS);
    expect(largestDifference(scores, expected.slice(perPicture))).toBeLessThan(tolerance);
    expect(largestDifference(scores.slice(0, perPicture), plain)).toBeLessThan(tolerance);
    // What covers a part of the picture, or all of it, is something else.
    for (const mask of [1, 2]) {
      const own = scores.slice(mask * perPicture, (mask + 1) * perPicture);
      expect(largestDifference(own, plain)).toBeGreaterThan(1e-2);
    }
  });
});

test.each(LAYOUTS)('$model: a mask that changes nothing is found', async (layout) => {
  const engine = await open(layout, 'cpu');
  const { imageProcessor } = engine.info.spec;
  await engine.dispose();
  expect(changingMasks(layout.base, imageProcessor, masksOf(layout))).toEqual([false, true, true]);
});

test('scores are the logits of the answer, whatever else is asked with it', async () => {
  const [layout] = LAYOUTS as [Layout];
  const { pixels } = layout.base;
  const engine = await open(layout, 'cpu');
  const [image] = (await engine.encodeImages([layout.base])) as [ImageFeatures];
  const question = { images: [image], text: TEXT };
  const { tokenIds } = await engine.generate(question, 1, STEPS);
  const short = { question, strength: 0, tokenIds: tokenIds.slice(0, 1) };
  const [first, scores, last] = await engine.scoreTokens([
    short,
    { question, strength: 1, tokenIds },
    short,
  ]);
  expect(first).toHaveLength(1);
  expect(last).toEqual(first);

  const row = [...engine.promptIds(question), ...tokenIds];
  const input_ids = {
    dtype: 'int64',
    shape: [1, row.length],
    data: BigInt64Array.from(row, BigInt),
  } as const;
  const pictures = new Map([['pixel_values', { ...pixels, shape: [1, ...pixels.shape] }]]);
  const { logits } = await engine.computeLogits({ input_ids, pictures }, 1);
  const vocab = logits.shape[2]!;
  tokenIds.forEach((id, step) => {
    const at = (row.length - STEPS - 1 + step) * vocab + id;
    expect(Math.abs(scores![step]! - logits.data[at]!)).toBeLessThan(1e-4);
  });
  await expect(engine.scoreTokens([{ ...short, tokenIds: [] }])).rejects.toThrow(
    /at least one token/,
  );
  await engine.dispose();
});
