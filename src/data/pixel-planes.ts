import type { RgbImage } from '../tensor/image.ts';
import type { PixelScaling } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';

/** The 256 values that one channel can take: `(value * factor - mean) / std` in float32 steps. */
function channelTable(settings: PixelScaling, channel: 0 | 1 | 2): Float32Array {
  const mean = Math.fround(settings.mean[channel]);
  const std = Math.fround(settings.std[channel]);
  return Float32Array.from({ length: 256 }, (_, value) =>
    Math.fround(Math.fround(Math.fround(value * settings.rescaleFactor) - mean) / std),
  );
}

/** Rescales and normalises a picture as it is. Channels first: float32 `[3, height, width]`. */
export function pixelPlanes(image: RgbImage, settings: PixelScaling): HostTensor<'float32'> {
  const { width, height } = image;
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (const channel of [0, 1, 2] as const) {
    const table = channelTable(settings, channel);
    for (let pixel = 0; pixel < plane; pixel++)
      data[channel * plane + pixel] = table[image.data[pixel * 3 + channel]!]!;
  }
  return { dtype: 'float32', shape: [3, height, width], data };
}

/** What a covered part of a picture is painted with; `mean` is the processor's mean colour. */
export const FILLS = ['white', 'black', 'mean'] as const;
export type Fill = (typeof FILLS)[number];

/** Red, green, blue of a fill, 0 to 255; the mean to the nearest whole number. */
export function fillColour(fill: Fill, { mean, rescaleFactor }: PixelScaling): number[] {
  if (fill !== 'mean') return Array<number>(3).fill(fill === 'white' ? 255 : 0);
  return mean.map((value) => Math.min(255, Math.max(0, Math.round(value / rescaleFactor))));
}

/** The same as the processor's pixel tensors hold it: f32 `[3]`, equal to a pixel of that colour. */
export function fillPixels(fill: Fill, settings: PixelScaling): Float32Array<ArrayBuffer> {
  const data = Uint8Array.from(fillColour(fill, settings));
  return Float32Array.from(pixelPlanes({ width: 1, height: 1, data }, settings).data);
}
