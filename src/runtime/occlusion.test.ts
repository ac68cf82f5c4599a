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

/** A checkpoint, a picture of its layout, and masks of it: nothing first, then tiles all over it. */
interface Layout {
  readonly model: string;
  readonly base: ProcessedImage;
  readonly rectangles: readonly (readonly number[])[];
}

const NOTHING = [0, 0, 0, 0];

/** Squares of `tile` pixels over a view, row by row. */
function tiles(width: number, height: number, tile: number): number[][] {
  const across = width / tile;
  return Array.from({ length: across * (height / tile) }, (_, at) => {
    const [left, top] = [(at % across) * tile, Math.floor(at / across) * tile];
    return [left, top, left + tile, top + tile];
  });
}

const LAYOUTS: readonly Layout[] = [
  {
    model: 'tiny-llava-1.5-vicuna',
    base: noise([3, 12, 12], { size: [12, 12] }),
    rectangles: [NOTHING, ...tiles(12, 12, 4)],
  },
  {
    // A base view, then four tiles of 24x24 pixels, of which two are covered.
    model: 'tiny-llava-next-mistral',
    base: noise([5, 3, 12, 12], { size: [24, 24] }),
    rectangles: [NOTHING, ...tiles(12, 12, 4)].map((one) =>
      [one, one, NOTHING, one, NOTHING].flat(),
    ),
  },
  {
    model: 'tiny-qwen2.5-vl',
    base: noise([48, 96], { size: [24, 32], grid: [1, 6, 8] }),
    rectangles: [NOTHING, ...tiles(32, 24, 8)],
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

/** Under each strength the mean absolute change of the answer for each mask; picture 0 has none. */
function maps(scores: readonly Float32Array[]): number[][] {
  return STRENGTHS.map((_, strength) => {
    const own = scores.filter((__, at) => at % STRENGTHS.length === strength);
    const [plain, ...masked] = own as [Float32Array, ...Float32Array[]];
    return masked.map((row) => {
      const changes = row.map((score, step) => Math.abs(score - plain[step]!));
      return changes.reduce((sum, change) => sum + change, 0) / changes.length;
    });
  });
}

/** What the CPU gives for pictures that came masked. */
interface Expected {
  readonly tokenIds: readonly number[];
  readonly maps: readonly (readonly number[])[];
}

const known = new Map<string, Promise<Expected>>();

function expectedOf(layout: Layout): Promise<Expected> {
  const found = known.get(layout.model) ?? computeExpected(layout);
  known.set(layout.model, found);
  return found;
}

async function computeExpected(layout: Layout): Promise<Expected> {
  const engine = await open(layout, 'cpu');
  const images = await engine.encodeImages(maskedPictures(engine, layout));
  const question = { images: [images[0]!], text: TEXT };
  const { tokenIds } = await engine.generate(question, 0, STEPS);
  const scores = await engine.scoreTokens(answered(images, tokenIds));
  await engine.dispose();
  return { tokenIds, maps: maps(scores) };
}

function open({ model }: Layout, provider: Provider): Promise<RuntimeEngine> {
  return openEngine({ source: new FolderSource(`fixtures/${model}`), name: model, provider });
}

describeProviders('masked copies on %s', (provider) => {
  // Shaders are slow to compile where there is no GPU; the kernel's own test has all layouts.
  const layouts = LAYOUTS.filter(({ model }) => provider !== 'webgpu' || !model.includes('next'));
  test.each(layouts)('$model', async (layout) => {
    const { tokenIds, maps: expected } = await expectedOf(layout);
    const engine = await open(layout, provider);
    const masked = await engine.encodeMasked(layout.base, masksOf(layout));
    const found = maps(await engine.scoreTokens(answered(masked, tokenIds)));
    await engine.dispose();

    expect(tokenIds).toHaveLength(STEPS);
    expected.forEach((map, strength) => {
      const largest = Math.max(...map);
      // Every tile matters to a random model, and the strengths are not one and the same.
      expect(Math.min(...map)).toBeGreaterThan(1e-3);
      expect(map).not.toEqual(expected[1 - strength]);
      map.forEach((value, tile) =>
        expect(Math.abs(found[strength]![tile]! - value)).toBeLessThan(1e-3 * largest),
      );
    });
  });
});

test.each(LAYOUTS)('$model: the mask that changes nothing is found', async (layout) => {
  const engine = await open(layout, 'cpu');
  const { imageProcessor } = engine.info.spec;
  await engine.dispose();
  const changing = changingMasks(layout.base, imageProcessor, masksOf(layout));
  expect(changing).toEqual(layout.rectangles.map((_, mask) => mask > 0));
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
