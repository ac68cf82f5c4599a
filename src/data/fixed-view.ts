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
  const { width, height } = image;
  const [newWidth, newHeight] =
    width <= height
      ? [edge, Math.floor((edge * height) / width)]
      : [Math.floor((edge * width) / height), edge];
  return resize(image, newWidth, newHeight, resample);
}

/** The middle of a picture; where it is smaller than the cut, black stands around it. */
export function centreCrop(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const data = new Uint8Array(width * height * 3);
  // transformers places the cut by these roundings, which differ for pictures smaller than it.
  const place = (have: number, want: number) =>
    have >= want ? Math.floor((have - want) / 2) : -Math.ceil((want - have) / 2);
  const left = place(image.width, width);
  const top = place(image.height, height);
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
