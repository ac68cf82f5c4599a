/** Qwen2-VL's way: a picture keeps its shape, within a budget of pixels, and is cut into patches. */
import type { RgbImage } from '../tensor/image.ts';
import type { PatchedProcessor, ProcessedImage } from '../tensor/image-processor.ts';
import { pixelPlanes } from './pixel-planes.ts';
import { resize } from './resize.ts';

/** Of the longer to the shorter side; more is refused, as transformers does. */
const MOST_ELONGATED = 200;

/** Resizes to whole merge blocks within the budget, scales, and cuts into patches in merge order. */
export function patchedView(image: RgbImage, settings: PatchedProcessor): ProcessedImage {
  const { patchSize, resample } = settings;
  const [height, width] = patchedSize([image.height, image.width], settings);
  const planes = pixelPlanes(resize(image, width, height, resample), settings);
  const grid = [1, height / patchSize, width / patchSize] as const;
  return {
    pixels: cutPatches(planes.data, grid[1], grid[2], settings),
    size: [image.height, image.width],
    grid,
  };
}

/**
 * The size that a picture is resized to: both sides multiples of a merge block, the area within the
 * budget, the shape about kept. Formula: `smart_resize` of transformers' Qwen2-VL image processor.
 * Throws a sentence for a picture that is more than 200 times as long as it is wide.
 */
export function patchedSize(
  [height, width]: readonly [height: number, width: number],
  settings: Pick<PatchedProcessor, 'patchSize' | 'mergeSize' | 'minPixels' | 'maxPixels'>,
): [height: number, width: number] {
  const { minPixels, maxPixels } = settings;
  const block = settings.patchSize * settings.mergeSize;
  if (Math.max(height, width) / Math.min(height, width) > MOST_ELONGATED)
    throw new Error(
      `A picture's longer side may be at most ${MOST_ELONGATED} times its shorter one, but one has ${width}x${height} pixels; crop it.`,
    );
  const sides = (blocks: (side: number) => number): [number, number] => [
    blocks(height) * block,
    blocks(width) * block,
  ];
  const nearest = sides((side) => roundHalfToEven(side / block));
  const area = nearest[0] * nearest[1];
  if (area > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    return sides((side) => Math.max(1, Math.floor(side / shrink / block)));
  }
  if (area < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    return sides((side) => Math.ceil((side * grow) / block));
  }
  return nearest;
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * `planes` f32 [3, height, width] to patches f32 [rows · columns, 3 · time · side · side]: a merge
 * block's patches one after another, blocks row by row; in a patch channel, time, row, column.
 */
function cutPatches(
  planes: Float32Array,
  rows: number,
  columns: number,
  { patchSize: side, mergeSize, temporalPatchSize }: PatchedProcessor,
): ProcessedImage['pixels'] {
  const width = columns * side;
  const plane = rows * side * width;
  const square = side * side;
  const length = 3 * temporalPatchSize * square;
  const data = new Float32Array(rows * columns * length);
  let at = 0;
  const cut = (row: number, column: number) => {
    for (let channel = 0; channel < 3; channel++) {
      const still = at;
      for (let y = 0; y < side; y++, at += side) {
        const from = channel * plane + (row * side + y) * width + column * side;
        data.set(planes.subarray(from, from + side), at);
      }
      for (let time = 1; time < temporalPatchSize; time++, at += square)
        data.copyWithin(at, still, still + square);
    }
  };
  for (let top = 0; top < rows; top += mergeSize)
    for (let left = 0; left < columns; left += mergeSize)
      for (let row = top; row < top + mergeSize; row++)
        for (let column = left; column < left + mergeSize; column++) cut(row, column);
  return { dtype: 'float32', shape: [rows * columns, length], data };
}
