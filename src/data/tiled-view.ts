/** LLaVA-NeXT's way (anyres): a small view of the whole picture, then tiles of a larger one. */
import { type Resolution, bestResolution } from '../tensor/best-resolution.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { ProcessedImage, TiledProcessor } from '../tensor/image-processor.ts';
import { pixelPlanes } from './pixel-planes.ts';
import { resize } from './resize.ts';

/** The stretched base view, then the tiles row by row: float32 `[1 + tiles, 3, tile, tile]`. */
export function tiledView(image: RgbImage, settings: TiledProcessor): ProcessedImage {
  const { tile, pinpoints, resample } = settings;
  const size = [image.height, image.width] as const;
  const resolution = bestResolution(size, pinpoints);
  const fitted = pasteCentred(fit(image, resolution, resample), resolution);
  const views = [resize(image, tile, tile, resample), ...cutTiles(fitted, tile)];
  const viewSize = 3 * tile * tile;
  const data = new Float32Array(views.length * viewSize);
  views.forEach((view, at) => data.set(pixelPlanes(view, settings).data, at * viewSize));
  return { pixels: { dtype: 'float32', shape: [views.length, 3, tile, tile], data }, size };
}

function fit(image: RgbImage, resolution: Resolution, resample: 2 | 3): RgbImage {
  const [height, width] = fittedSize([image.height, image.width], resolution);
  return resize(image, width, height, resample);
}

/** As large as fits into `resolution` at the picture's own shape, by transformers' rounding. */
export function fittedSize(
  [imageHeight, imageWidth]: Resolution,
  [height, width]: Resolution,
): [height: number, width: number] {
  const across = width / imageWidth;
  const down = height / imageHeight;
  return across < down
    ? [Math.min(Math.ceil(imageHeight * across), height), width]
    : [height, Math.min(Math.ceil(imageWidth * down), width)];
}

/** Black around the picture. */
function pasteCentred(image: RgbImage, [height, width]: Resolution): RgbImage {
  const left = centredOffset(width, image.width);
  const top = centredOffset(height, image.height);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    data.set(row, ((y + top) * width + left) * 3);
  }
  return { width, height, data };
}

/** Pixels before a centred picture; an odd pixel of the rest goes to the right or below. */
export function centredOffset(outer: number, inner: number): number {
  return Math.floor((outer - inner) / 2);
}

function cutTiles(image: RgbImage, side: number): RgbImage[] {
  const tiles: RgbImage[] = [];
  for (let top = 0; top < image.height; top += side)
    for (let left = 0; left < image.width; left += side) {
      const data = new Uint8Array(side * side * 3);
      for (let y = 0; y < side; y++) {
        const from = ((top + y) * image.width + left) * 3;
        data.set(image.data.subarray(from, from + side * 3), y * side * 3);
      }
      tiles.push({ width: side, height: side, data });
    }
  return tiles;
}
