/** CLIP's and SigLIP's way: every picture becomes one view of a fixed size. */
import type { RgbImage } from '../tensor/image.ts';
import type { FixedProcessor, ProcessedImage } from '../tensor/image-processor.ts';
import { pixelPlanes } from './pixel-planes.ts';
import { resize } from './resize.ts';

/** Stretches, or brings the shorter side to `shortestEdge` and cuts the middle out; then scales. */
export function fixedView(image: RgbImage, settings: FixedProcessor): ProcessedImage {
  const { width, height, shortestEdge, resample } = settings;
  const view =
    shortestEdge === undefined
      ? resize(image, width, height, resample)
      : centreCrop(resizeShortest(image, shortestEdge, resample), width, height);
  return { pixels: pixelPlanes(view, settings), size: [image.height, image.width] };
}

/** The shorter side becomes `edge`; the longer one is cut to a whole pixel, as transformers does. */
export function resizeShortest(image: RgbImage, edge: number, resample: 2 | 3): RgbImage {
  const [height, width] = shortestSize([image.height, image.width], edge);
  return resize(image, width, height, resample);
}

/** The size that {@link resizeShortest} gives. */
export function shortestSize(
  [height, width]: readonly [height: number, width: number],
  edge: number,
): [height: number, width: number] {
  return width <= height
    ? [Math.floor((edge * height) / width), edge]
    : [edge, Math.floor((edge * width) / height)];
}

/** The middle of a picture; where it is smaller than the cut, black stands around it. */
export function centreCrop(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const data = new Uint8Array(width * height * 3);
  const left = cropOffset(image.width, width);
  const top = cropOffset(image.height, height);
  for (let y = 0; y < height; y++) {
    const from = y + top;
    if (from < 0 || from >= image.height) continue;
    const first = Math.max(0, -left);
    const last = Math.min(width, image.width - left);
    const row = image.data.subarray(
      (from * image.width + first + left) * 3,
      (from * image.width + last + left) * 3,
    );
    data.set(row, (y * width + first) * 3);
  }
  return { width, height, data };
}

/**
 * Where the cut begins in the picture along one axis, negative where the picture is smaller. transformers
 * places it by these roundings, which differ for pictures smaller than the cut.
 */
export function cropOffset(have: number, want: number): number {
  return have >= want ? Math.floor((have - want) / 2) : -Math.ceil((want - have) / 2);
}
