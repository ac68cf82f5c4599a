/** CLIP's tower over a base view and tiles of every picture, put together as LLaVA-NeXT does it. */
import { GraphBuilder } from '../onnx/builder.ts';
import { Concat, Gather, Reshape } from '../onnx/ops.ts';
import { bestResolution, type Resolution } from '../tensor/best-resolution.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import { elementCount, type HostTensor } from '../tensor/tensor.ts';
import { clipViewTokens, type ClipEncoderConfig } from './clip-encoder.ts';
import { clipVisionTower } from './clip-vision.ts';
import { Part } from './layers.ts';
import { projector } from './projector.ts';
import { tileRows } from '../tensor/tile-rows.ts';
import type { VisionEncoder, VisionRun } from './vision-encoder.ts';

export interface TiledClipConfig extends Omit<ClipEncoderConfig, 'kind'> {
  readonly kind: 'clip-tiled';
  /** Resolutions that tiles are cut from, each side a multiple of the tower's picture size. */
  readonly pinpoints: readonly Resolution[];
}

/**
 * `pixel_values` f32 [views, 3, S, S] and `feature_index` i64 [rows] to `image_features` f32
 * [rows, hidden]. The index picks rows of the views' features; −1 is the newline's.
 */
export const tiledClipEncoder: VisionEncoder<TiledClipConfig> = {
  async build(config, weights) {
    const g = new GraphBuilder('vision');
    const { outputSize } = config.projector;
    const { imageSize } = config.tower;
    const pixels = g.input('pixel_values', 'float32', ['views', 3, imageSize, imageSize]);
    const index = g.input('feature_index', 'int64', ['rows']);
    const hidden = await clipVisionTower(g, config.tower, weights, pixels, config);
    const features = await projector(g, config.projector, weights, hidden);
    const newline = await new Part(g, weights, 'newline').tensor('image_newline', [outputSize]);
    // Last, so that it has the same index whatever the number of views.
    const rows = Concat(
      g,
      [Reshape(g, features, [-1, outputSize]), Reshape(g, newline, [1, outputSize])],
      0,
    );
    g.output(Gather(g, rows, index), 'image_features', 'float32', ['rows', outputSize]);
    return g.build();
  },
  viewTokens: clipViewTokens,
  // A picture's views are a batch already; one run for each keeps the memory of many pictures low.
  runs: (config, images) => images.map((image) => tiledRun(config, image)),
  split: splitTiles,
};

function tiledRun(config: TiledClipConfig, { pixels, size }: ProcessedImage): VisionRun {
  const { imageSize, patchSize } = config.tower;
  const resolution = bestResolution(size, config.pinpoints);
  requireShape(pixels, [viewCount(resolution, imageSize), 3, imageSize, imageSize], size);
  const rows = tileRows(size, resolution, imageSize, Math.floor(imageSize / patchSize));
  const index: HostTensor = {
    dtype: 'int64',
    shape: [rows.length],
    data: BigInt64Array.from(rows, BigInt),
  };
  const feeds = { pixel_values: pixels, feature_index: index };
  return { feeds, images: [{ tokens: rows.length }] };
}

/** The base view and the tiles. */
function viewCount([height, width]: Resolution, tile: number): number {
  return 1 + (height / tile) * (width / tile);
}

function requireShape(
  { shape: found }: HostTensor,
  expected: readonly number[],
  [height, width]: Resolution,
): void {
  if (found.join() === expected.join()) return;
  throw new Error(
    `A picture of ${width}x${height} pixels should come as views of the shape [${expected.join(', ')}], but it has [${found.join(', ')}].`,
  );
}

/** `pixel_values` [pictures, most views, 3, S, S], zeros after a picture's own; `image_sizes` [pictures, 2]. */
function splitTiles(
  config: TiledClipConfig,
  _: unknown,
  tensors: ReadonlyMap<string, HostTensor>,
): ProcessedImage[] {
  const all = tensors.get('pixel_values');
  if (!all) return [];
  const side = config.tower.imageSize;
  const view = [3, side, side];
  if (
    all.dtype !== 'float32' ||
    all.shape.length !== 5 ||
    all.shape.slice(2).join() !== view.join()
  )
    throw new Error(
      `pixel_values must be float32 [pictures, views, ${view.join(', ')}], but is ${all.dtype} [${all.shape.join(', ')}].`,
    );
  const [pictures, most] = all.shape as [number, number];
  const sizes = tensors.get('image_sizes');
  if (!sizes || sizes.dtype !== 'int64' || sizes.shape.join() !== `${pictures},2`)
    throw new Error(
      `image_sizes must be int64 [${pictures}, 2], the height and width of each picture, but ${sizes ? `is ${sizes.dtype} [${sizes.shape.join(', ')}]` : 'is missing'}.`,
    );
  const data = all.data as Float32Array;
  const stride = most * elementCount(view);
  return Array.from({ length: pictures }, (__, at) => {
    const size = [Number(sizes.data[at * 2]), Number(sizes.data[at * 2 + 1])] as const;
    const views = viewCount(bestResolution(size, config.pinpoints), side);
    if (views > most)
      throw new Error(
        `Picture ${at + 1} of ${size[1]}x${size[0]} pixels takes ${views} views, but pixel_values holds ${most} of each picture.`,
      );
    const shape = [views, ...view];
    const own = data.subarray(at * stride, at * stride + elementCount(shape));
    return { pixels: { dtype: 'float32', shape, data: own }, size };
  });
}
