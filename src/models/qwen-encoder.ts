/** How pictures go through Qwen's vision towers: one picture a run, its rotations and windows beside it. */
import { GraphBuilder } from '../onnx/builder.ts';
import type { PatchedProcessor, ProcessedImage } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import {
  declaredPlaces,
  patchLength,
  patchPixels,
  type QwenVisionConfig,
  qwenVisionTower,
} from './qwen-vision.ts';
import { inverseFrequencies } from './rotary.ts';
import type { VisionEncoder, VisionRun } from './vision-encoder.ts';

/** The graph's inputs are those of `patchPixels` and `declaredPlaces`. */
export const qwenEncoder: VisionEncoder<QwenVisionConfig> = {
  async build(config, weights) {
    const g = new GraphBuilder('vision');
    const pixels = patchPixels(g, config);
    const places = declaredPlaces(g, config);
    const features = await qwenVisionTower(g, config, weights, pixels, places);
    g.output(features, 'image_features', 'float32', ['tokens', config.outputSize]);
    return g.build();
  },
  viewTokens: () => undefined,
  runs: (config, images) => images.map((image) => runOf(config, image)),
  split: (config, processor, tensors) =>
    splitPatches(config, processor as PatchedProcessor, tensors),
};

/** Patches of a side, height first, of a picture whose patches are in merge order. */
type Grid = readonly [height: number, width: number];

function runOf(config: QwenVisionConfig, image: ProcessedImage): VisionRun {
  const { mergeSize, windows } = config;
  const grid = gridOf(config, image);
  const tokens: Grid = [grid[0] / mergeSize, grid[1] / mergeSize];
  const { cos, sin } = patchTables(config, grid);
  return {
    feeds: {
      pixel_values: image.pixels,
      patch_cos: cos,
      patch_sin: sin,
      ...(windows && windowFeeds(tokens, windows.side, mergeSize ** 2)),
    },
    images: [{ tokens: tokens[0] * tokens[1], offsets: imageOffsets(tokens) }],
  };
}

function gridOf(config: QwenVisionConfig, { pixels, grid }: ProcessedImage): Grid {
  const [time, height, width] = grid ?? [0, 0, 0];
  const { mergeSize } = config;
  const shape = [time * height * width, patchLength(config)];
  if (time !== 1 || height % mergeSize !== 0 || width % mergeSize !== 0)
    throw new Error(
      `The vision encoder takes still pictures whose patches make whole blocks of ${mergeSize}x${mergeSize}, but one has a grid of ${time}x${height}x${width} (time, height, width).`,
    );
  if (pixels.shape.join() !== shape.join())
    throw new Error(
      `The pixels of a picture should have the shape [${shape.join(', ')}] by its grid, but theirs is [${pixels.shape.join(', ')}].`,
    );
  return [height, width];
}

/**
 * Rotations of every patch, f32 `[patches, head size / 2]`: the first half of the frequencies turns by
 * the row, the second by the column. The product is rounded to float32, as the checkpoint's code does it.
 */
export function patchTables(
  { hiddenSize, heads, mergeSize, ropeTheta }: QwenVisionConfig,
  [height, width]: Grid,
): { cos: HostTensor<'float32'>; sin: HostTensor<'float32'> } {
  const half = hiddenSize / heads / 2;
  const frequencies = inverseFrequencies(ropeTheta, half);
  const angles = new Float32Array(height * width * half);
  let at = 0;
  for (let top = 0; top < height; top += mergeSize)
    for (let left = 0; left < width; left += mergeSize)
      for (let y = top; y < top + mergeSize; y++)
        for (let x = left; x < left + mergeSize; x++)
          for (const place of [y, x])
            for (const frequency of frequencies) angles[at++] = place * frequency;
  const table = (f: (angle: number) => number): HostTensor<'float32'> => ({
    dtype: 'float32',
    shape: [height * width, half],
    data: angles.map(f),
  });
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/**
 * Windows of `side` × `side` image tokens from the top left corner on, cut off at the far edges:
 * `window_patches` int64 `[windows, slots]`, −1 where a window has fewer patches than the largest, and
 * `patch_slots` int64 `[patches]`. A token's `unit` patches are neighbours.
 */
export function windowFeeds(
  [height, width]: Grid,
  side: number,
  unit: number,
): { window_patches: HostTensor<'int64'>; patch_slots: HostTensor<'int64'> } {
  const across = Math.ceil(width / side);
  const count = Math.ceil(height / side) * across;
  const slots = Math.min(side, height) * Math.min(side, width) * unit;
  const patches = new BigInt64Array(count * slots).fill(-1n);
  const places = new BigInt64Array(height * width * unit);
  const filled = new Uint32Array(count);
  for (let token = 0; token < height * width; token++) {
    const y = Math.floor(token / width);
    const window = Math.floor(y / side) * across + Math.floor((token % width) / side);
    for (let patch = token * unit; patch < (token + 1) * unit; patch++) {
      const slot = window * slots + filled[window]!++;
      patches[slot] = BigInt(patch);
      places[patch] = BigInt(slot);
    }
  }
  return {
    window_patches: { dtype: 'int64', shape: [count, slots], data: patches },
    patch_slots: { dtype: 'int64', shape: [places.length], data: places },
  };
}

/** M-RoPE's ids of an image's tokens above its first: a still picture's time, then row and column. */
function imageOffsets([height, width]: Grid): Float32Array<ArrayBuffer> {
  const tokens = height * width;
  const offsets = new Float32Array(3 * tokens);
  for (let token = 0; token < tokens; token++) {
    offsets[tokens + token] = Math.floor(token / width);
    offsets[2 * tokens + token] = token % width;
  }
  return offsets;
}

/** The pictures of `pixel_values` f32 `[Σ patches, …]` by `image_grid_thw` int64 `[pictures, 3]`. */
function splitPatches(
  config: QwenVisionConfig,
  { patchSize }: PatchedProcessor,
  tensors: ReadonlyMap<string, HostTensor>,
): ProcessedImage[] {
  const all = tensors.get('pixel_values');
  if (!all) return [];
  const grids = tensors.get('image_grid_thw');
  if (grids?.dtype !== 'int64' || grids.shape.length !== 2 || grids.shape[1] !== 3)
    throw new Error(
      `image_grid_thw must be int64 [pictures, 3] beside pixel_values, but ${grids ? `is ${grids.dtype} [${grids.shape.join(', ')}]` : 'it is missing'}.`,
    );
  const length = patchLength(config);
  const numbers = Array.from(grids.data as BigInt64Array, Number);
  const triples = Array.from({ length: numbers.length / 3 }, (_, n) => {
    const [time, height, width] = numbers.slice(3 * n) as [number, number, number];
    return [time, height, width] as const;
  });
  const total = triples.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  if (all.dtype !== 'float32' || all.shape.join() !== [total, length].join())
    throw new Error(
      `pixel_values must be float32 [${total}, ${length}] by image_grid_thw, but is ${all.dtype} [${all.shape.join(', ')}].`,
    );
  let first = 0;
  return triples.map((grid) => {
    const patches = grid[0] * grid[1] * grid[2];
    const data = (all.data as Float32Array).subarray(first * length, (first + patches) * length);
    first += patches;
    return {
      pixels: { dtype: 'float32', shape: [patches, length], data },
      size: [grid[1] * patchSize, grid[2] * patchSize],
      grid,
    };
  });
}
