/** From pictures to what a vision tower reads, as Hugging Face's PIL-based image processors do it. */
import type { RgbImage } from '../tensor/image.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { resize, type ResampleCode } from './resize.ts';

/** The settings of `preprocessor_config.json` that the pixel path needs; a model's spec has them. */
export interface PixelSettings {
  readonly width: number;
  readonly height: number;
  readonly resample: ResampleCode;
  readonly rescaleFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** The 256 values that one channel can take: `(value * factor - mean) / std` in float32 steps. */
function channelTable(settings: PixelSettings, channel: 0 | 1 | 2): Float32Array {
  const mean = Math.fround(settings.mean[channel]);
  const std = Math.fround(settings.std[channel]);
  return Float32Array.from({ length: 256 }, (_, value) =>
    Math.fround(Math.fround(Math.fround(value * settings.rescaleFactor) - mean) / std),
  );
}

/**
 * Resizes, rescales and normalises pictures. Channels first: float32 `[pictures, 3, height, width]`,
 * owned by the caller.
 */
export function pixelValues(
  images: readonly RgbImage[],
  settings: PixelSettings,
): HostTensor<'float32'> {
  const { width, height } = settings;
  const plane = width * height;
  const data = new Float32Array(images.length * 3 * plane);
  const tables = [0, 1, 2].map((channel) => channelTable(settings, channel as 0 | 1 | 2));
  images.forEach((image, index) => {
    const resized = resize(image, width, height, settings.resample);
    tables.forEach((table, channel) => {
      const offset = (index * 3 + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++) {
        data[offset + pixel] = table[resized.data[pixel * 3 + channel]!]!;
      }
    });
  });
  return { dtype: 'float32', shape: [images.length, 3, height, width], data };
}
