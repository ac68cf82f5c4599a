/** CLIP's tower with LLaVA's projector: every picture is one square view. */
import { GraphBuilder } from '../onnx/builder.ts';
import { elementCount, type HostTensor } from '../tensor/tensor.ts';
import type { ProcessedImage, ViewTokens } from '../tensor/image-processor.ts';
import { clipVisionTower } from './clip-vision.ts';
import type { ClipVisionConfig } from './config.ts';
import { projector, type ProjectorConfig } from './projector.ts';
import type { VisionEncoder } from './vision-encoder.ts';

export interface ClipEncoderConfig {
  readonly kind: 'clip';
  readonly tower: ClipVisionConfig;
  readonly projector: ProjectorConfig;
  /** The hidden state of the tower that is projected, counted from the embedding (0). */
  readonly layersUsed: number;
  readonly dropClassToken: boolean;
}

/** Image tokens of a view. */
export function clipTokens(config: ClipEncoderConfig): number {
  const { side, leading } = clipViewTokens(config);
  return leading + side ** 2;
}

/** The patches of a view, behind the class token where that is kept. */
export function clipViewTokens({
  tower,
  dropClassToken,
}: Pick<ClipEncoderConfig, 'tower' | 'dropClassToken'>): ViewTokens {
  const side = Math.floor(tower.imageSize / tower.patchSize);
  return { side, leading: dropClassToken ? 0 : 1 };
}

/** `pixel_values` f32 [n, 3, H, W] to `image_features` f32 [n, tokens, hidden]. */
export const clipEncoder: VisionEncoder<ClipEncoderConfig> = {
  async build(config, weights) {
    const g = new GraphBuilder('vision');
    const { imageSize } = config.tower;
    const pixels = g.input('pixel_values', 'float32', ['images', 3, imageSize, imageSize]);
    const hidden = await clipVisionTower(g, config.tower, weights, pixels, config);
    const features = await projector(g, config.projector, weights, hidden);
    const { outputSize } = config.projector;
    g.output(features, 'image_features', 'float32', ['images', 'tokens', outputSize]);
    return g.build();
  },
  viewTokens: clipViewTokens,
  runs(config, images) {
    const side = config.tower.imageSize;
    const feeds = { pixel_values: stackPixels(images, [3, side, side]) };
    return [{ feeds, images: images.map(() => ({ tokens: clipTokens(config) })) }];
  },
  split: (config, _, tensors) => {
    const side = config.tower.imageSize;
    return splitPixels(tensors, [3, side, side]);
  },
};

/** Pictures of one shape as a tensor with a leading axis. Throws a sentence where one differs. */
export function stackPixels(
  images: readonly ProcessedImage[],
  shape: readonly number[],
): HostTensor<'float32'> {
  const size = elementCount(shape);
  const data = new Float32Array(images.length * size);
  images.forEach(({ pixels }, at) => {
    if (pixels.shape.join() !== shape.join())
      throw new Error(
        `The vision encoder takes pictures of the shape [${shape.join(', ')}], but one has [${pixels.shape.join(', ')}].`,
      );
    data.set(pixels.data, at * size);
  });
  return { dtype: 'float32', shape: [images.length, ...shape], data };
}

/** The pictures along the first axis of `pixel_values`, whose other axes should be `shape`. */
export function splitPixels(
  tensors: ReadonlyMap<string, HostTensor>,
  shape: readonly number[],
): ProcessedImage[] {
  const all = tensors.get('pixel_values');
  if (!all) return [];
  if (all.dtype !== 'float32' || all.shape.slice(1).join() !== shape.join())
    throw new Error(
      `pixel_values must be float32 [pictures, ${shape.join(', ')}], but is ${all.dtype} [${all.shape.join(', ')}].`,
    );
  const size = elementCount(shape);
  const data = all.data as Float32Array;
  const [, height = 0, width = 0] = shape;
  return Array.from({ length: all.shape[0] ?? 0 }, (_, at) => ({
    pixels: { dtype: 'float32', shape, data: data.subarray(at * size, (at + 1) * size) },
    size: [height, width],
  }));
}
