/**
 * Pillow's antialiased resampling for 8-bit pictures, reproduced in its own fixed-point arithmetic so
 * that pixels agree with Hugging Face's PIL-based image processors: each pass rounded and clipped to 8
 * bits, the horizontal one first unless the height shrinks by more than twice what the width does.
 * Formulas: Pillow, src/libImaging/Resample.c; that exception came with Pillow 13 (found by comparing
 * with 13.0.0 at random sizes), earlier versions always begin horizontally.
 */
import type { RgbImage } from '../tensor/image.ts';

/** PIL's filter codes, as `preprocessor_config.json` writes them. */
export type ResampleCode = 2 | 3;

interface ResampleFilter {
  readonly support: number;
  weight(x: number): number;
}

const BILINEAR: ResampleFilter = {
  support: 1,
  weight: (x) => Math.max(0, 1 - Math.abs(x)),
};

/** Keys' cubic convolution with a = -0.5. */
const BICUBIC: ResampleFilter = {
  support: 2,
  weight(x) {
    const t = Math.abs(x);
    if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
    if (t < 2) return (((t - 5) * t + 8) * t - 4) * -0.5;
    return 0;
  },
};

const FILTERS: Record<ResampleCode, ResampleFilter> = { 2: BILINEAR, 3: BICUBIC };

/** Fraction bits of the weights: 32 less 8 for the value and 2 for overshoot, as in Pillow. */
const PRECISION_BITS = 22;
const HALF = 2 ** (PRECISION_BITS - 1);

interface Taps {
  /** First input sample of each output sample. */
  readonly first: Int32Array;
  /** How many input samples each output sample reads. */
  readonly count: Int32Array;
  /** Fixed-point weights, `[outSize, stride]`. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Weights of every output sample along one axis. */
function computeTaps(inSize: number, outSize: number, filter: ResampleFilter): Taps {
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const raw = new Float64Array(stride);
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      const weight = filter.weight((k + start - center + 0.5) / filterScale);
      raw[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - start; k++) {
      const normalised = (sum === 0 ? raw[k]! : raw[k]! / sum) * 2 ** PRECISION_BITS;
      weights[out * stride + k] = Math.trunc(normalised < 0 ? normalised - 0.5 : normalised + 0.5);
    }
    first[out] = start;
    count[out] = end - start;
  }
  return { first, count, weights, stride };
}

/**
 * Resamples one axis. The picture is `lines` lines of `taps.first.length` output samples; a step along
 * the axis is `inStep` (or `outStep`) bytes, a step to the next line `inLine` (or `outLine`).
 */
function resampleAxis(
  input: Uint8Array,
  output: Uint8Array,
  taps: Taps,
  lines: number,
  steps: { inStep: number; outStep: number; inLine: number; outLine: number },
): void {
  const outSize = taps.first.length;
  const { inStep, outStep, inLine, outLine } = steps;
  for (let out = 0; out < outSize; out++) {
    const count = taps.count[out]!;
    const base = out * taps.stride;
    const start = taps.first[out]! * inStep;
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < 3; channel++) {
        let at = line * inLine + start + channel;
        let sum = HALF;
        for (let k = 0; k < count; k++, at += inStep) sum += input[at]! * taps.weights[base + k]!;
        const value = sum >> PRECISION_BITS;
        output[line * outLine + out * outStep + channel] =
          value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
}

/**
 * Resizes a picture as `PIL.Image.resize((width, height), resample)` does.
 * @throws when the wanted size is not a positive whole number of pixels
 */
export function resize(
  image: RgbImage,
  width: number,
  height: number,
  resample: ResampleCode,
): RgbImage {
  for (const size of [width, height, image.width, image.height]) {
    if (!Number.isInteger(size) || size < 1) {
      throw new Error(
        `A picture of ${image.width}x${image.height} pixels cannot be resized to ${width}x${height}: every side has to be a whole number of at least one pixel.`,
      );
    }
  }
  const filter = FILTERS[resample];
  return verticalFirst(image, width, height)
    ? resizeWidth(resizeHeight(image, height, filter), width, filter)
    : resizeHeight(resizeWidth(image, width, filter), height, filter);
}

/** The order shows, because what lies between the passes is rounded and clipped. */
function verticalFirst(image: RgbImage, width: number, height: number): boolean {
  const lost = image.height - height;
  return lost > 0 && lost > 2 * (image.width - width);
}

function resizeWidth(image: RgbImage, width: number, filter: ResampleFilter): RgbImage {
  const { height } = image;
  if (width === image.width) return image;
  const data = new Uint8Array(width * height * 3);
  resampleAxis(image.data, data, computeTaps(image.width, width, filter), height, {
    inStep: 3,
    outStep: 3,
    inLine: image.width * 3,
    outLine: width * 3,
  });
  return { width, height, data };
}

function resizeHeight(image: RgbImage, height: number, filter: ResampleFilter): RgbImage {
  const { width } = image;
  if (height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  resampleAxis(image.data, data, computeTaps(image.height, height, filter), width, {
    inStep: width * 3,
    outStep: width * 3,
    inLine: 3,
    outLine: 3,
  });
  return { width, height, data };
}

/** {@link resize} with PIL's `BICUBIC`. */
export function resizeBicubic(image: RgbImage, width: number, height: number): RgbImage {
  return resize(image, width, height, 3);
}
