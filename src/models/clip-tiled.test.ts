/** How tiles become a picture's features, broken one part at a time: the comparison has to notice. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { bestResolution, type Resolution } from '../tensor/best-resolution.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { openCheckpoint } from './checkpoint.ts';
import { type TiledClipConfig, tiledClipEncoder } from './clip-tiled.ts';
import { buildVisionGraph, encodeGraph, openModel } from './families.ts';
import type { ModelSpec } from './spec.ts';
import { folderSource, readGoldenCase } from './testing/folder.ts';
import { NEWLINE, tileRows } from '../tensor/tile-rows.ts';

const NAME = 'tiny-llava-next-mistral';
const TOLERANCE = 1e-3;

let spec: ModelSpec;
let config: TiledClipConfig;
let session: InferenceSession;
let inputs: Map<string, HostTensor>;
let expected: Float32Array;

beforeAll(async () => {
  const opened = await openModel(await openCheckpoint(folderSource(`fixtures/${NAME}`)));
  ({ spec } = opened);
  config = spec.vision as TiledClipConfig;
  const graph = await encodeGraph(await buildVisionGraph(opened.config, opened.weights));
  session = await InferenceSession.create(graph, { executionProviders: ['cpu'] });
  const { golden, ...read } = await readGoldenCase(`${NAME}/two-images`);
  ({ inputs } = read);
  expected = golden.get('image_features')!.data as Float32Array;
});

function images(): ProcessedImage[] {
  return tiledClipEncoder.split(config, spec.imageProcessor, inputs);
}

/** All features of the case, with rows that `change` makes of each picture's own. */
async function features(change: (rows: number[], size: Resolution) => number[]) {
  const all: number[] = [];
  for (const { pixels, size } of images()) {
    const { imageSize, patchSize } = config.tower;
    const resolution = bestResolution(size, config.pinpoints);
    const rows = change(tileRows(size, resolution, imageSize, imageSize / patchSize), size);
    const { image_features } = await session.run({
      pixel_values: new Tensor('float32', pixels.data, [...pixels.shape]),
      feature_index: new Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    all.push(...(image_features!.data as Float32Array));
  }
  return all;
}

/** Of the values that both have. */
function difference(found: readonly number[]): number {
  const common = Math.min(found.length, expected.length);
  return Math.max(...found.slice(0, common).map((value, i) => Math.abs(value - expected[i]!)));
}

test('the comparison holds while nothing is broken', async () => {
  const found = await features((rows) => rows);
  expect(found.length).toBe(expected.length);
  expect(difference(found)).toBeLessThan(TOLERANCE);
});

describe('the comparison fails', () => {
  const base = () => (config.tower.imageSize / config.tower.patchSize) ** 2;

  test('where the padding stays', async () => {
    const { imageSize, patchSize } = config.tower;
    const found = await features((_, size) => {
      const resolution = bestResolution(size, config.pinpoints);
      return tileRows(resolution, resolution, imageSize, imageSize / patchSize);
    });
    expect(found.length).toBeGreaterThan(expected.length);
    expect(difference(found)).toBeGreaterThan(10 * TOLERANCE);
  });

  test.each<[string, (rows: number[]) => number[]]>([
    ['one row or column is cut from the wrong side', (rows) => rows.map((row) => moved(row))],
    ['newlines are patches', (rows) => rows.map((row) => (row === NEWLINE ? 0 : row))],
    ['tiles follow each other', (rows) => inPlace(rows, (a, b) => a - b)],
    ['the base view comes last', (rows) => [...rows.slice(base()), ...rows.slice(0, base())]],
  ])('where %s', async (_, change) => {
    expect(difference(await features(change))).toBeGreaterThan(10 * TOLERANCE);
  });

  /** The next patch of the tiles, as if the padding were cut one patch further on. */
  function moved(row: number): number {
    return row < base() ? row : row + 1;
  }

  /** The patches in another order, the newlines where they are. */
  function inPlace(rows: readonly number[], order: (a: number, b: number) => number): number[] {
    const sorted = rows.filter((row) => row !== NEWLINE).sort(order);
    return rows.map((row) => (row === NEWLINE ? NEWLINE : sorted.shift()!));
  }
});

describe('what does not fit is refused', () => {
  const pixels = (shape: readonly number[]): HostTensor<'float32'> => ({
    dtype: 'float32',
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });
  const sizes = (...values: bigint[]): HostTensor => ({
    dtype: 'int64',
    shape: [values.length / 2, 2],
    data: BigInt64Array.from(values),
  });

  test.each<[string, Record<string, HostTensor>, string]>([
    ['no sizes', { pixel_values: pixels([1, 3, 3, 12, 12]) }, 'but is missing'],
    [
      'sizes of other pictures',
      { pixel_values: pixels([1, 3, 3, 12, 12]), image_sizes: sizes(9n, 9n, 9n, 9n) },
      'image_sizes must be int64 [1, 2], the height and width of each picture, but is int64 [2, 2]',
    ],
    [
      'tiles of another size',
      { pixel_values: pixels([1, 3, 3, 16, 16]), image_sizes: sizes(9n, 9n) },
      'pixel_values must be float32 [pictures, views, 3, 12, 12], but is float32 [1, 3, 3, 16, 16]',
    ],
    [
      'too few views',
      { pixel_values: pixels([1, 3, 3, 12, 12]), image_sizes: sizes(40n, 40n) },
      'Picture 1 of 40x40 pixels takes 5 views, but pixel_values holds 3 of each picture.',
    ],
  ])('%s', (_, tensors, sentence) => {
    const given = new Map(Object.entries(tensors));
    expect(() => tiledClipEncoder.split(config, spec.imageProcessor, given)).toThrow(sentence);
  });

  test('a picture with the views of another shape', () => {
    const [image] = images();
    const other = { ...image!, size: [10, 60] as const };
    expect(() => tiledClipEncoder.runs(config, [other])).toThrow(
      'A picture of 60x10 pixels should come as views of the shape [4, 3, 12, 12]',
    );
  });
});
