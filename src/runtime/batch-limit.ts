import type { DecoderSpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';

/**
 * How much goes into one run. More questions than that are answered run after run, so that the number of
 * pictures in a batch is bounded by patience and not by memory.
 */

/**
 * Bytes that one run may take besides the weights: an eighth of what wasm32 can address, and little for
 * machines that can hold a large model at all.
 */
export const RUN_BYTES = 2 ** 29;

const FLOAT_BYTES = 4;

/** Hidden states that are alive at once: residual, normalised, queries, keys, values, attended. */
const LIVE_HIDDEN_STATES = 6;

/** Gate, up and their product. */
const LIVE_MLP_STATES = 3;

type DecoderWidths = Pick<
  DecoderSpec,
  'hiddenSize' | 'intermediateSize' | 'layers' | 'heads' | 'kvHeads' | 'headDim' | 'vocabSize'
>;

/**
 * Bytes that one row of `tokens` tokens takes in a run of the decoder besides the weights: its cache, its
 * activations and its attention weights (which not every provider holds), and one row of logits. f32.
 */
export function decoderRowBytes(spec: DecoderWidths, tokens: number): number {
  const { hiddenSize, intermediateSize, layers, heads, kvHeads, headDim, vocabSize } = spec;
  const cache = 2 * layers * kvHeads * headDim;
  const states = LIVE_HIDDEN_STATES * hiddenSize + LIVE_MLP_STATES * intermediateSize;
  return (tokens * (cache + states + heads * tokens) + vocabSize) * FLOAT_BYTES;
}

/**
 * Rows of `tokens` tokens, those still to be generated included, that one run of the decoder may have:
 * by what a row takes, and by what the device binds at once. Never less than 1.
 */
export function rowsPerRun(
  spec: DecoderWidths,
  tokens: number,
  largestTensorBytes: number = Infinity,
): number {
  const { hiddenSize, intermediateSize, kvHeads, headDim, vocabSize } = spec;
  const widest = Math.max(
    tokens * Math.max(hiddenSize, intermediateSize, kvHeads * headDim),
    vocabSize,
  );
  return atLeastOne(
    Math.min(
      RUN_BYTES / decoderRowBytes(spec, tokens),
      largestTensorBytes / (widest * FLOAT_BYTES),
    ),
  );
}

/** What pictures take in a run of the vision encoder. */
interface PictureSize {
  readonly tokensPerImage: number;
  readonly decoder: Pick<DecoderSpec, 'hiddenSize'>;
}

/**
 * Bytes that one picture takes in a run of the vision encoder besides the weights. Its own widths are not
 * in the spec; sixteen states as wide as the features and sixteen heads of attention weights are above
 * those of CLIP's towers. f32.
 */
export function pictureBytes({ tokensPerImage, decoder }: PictureSize): number {
  return tokensPerImage * 16 * (decoder.hiddenSize + tokensPerImage) * FLOAT_BYTES;
}

/** Pictures that one run of the vision encoder may have. Never less than 1. */
export function picturesPerRun(size: PictureSize): number {
  return atLeastOne(RUN_BYTES / pictureBytes(size));
}

/**
 * Encoded pictures that may be held at once, by half of what a run may take: once as they were encoded
 * and once stacked for the decoder. Never less than 1.
 */
export function featuresPerBatch({ tokensPerImage, decoder }: PictureSize): number {
  return atLeastOne(RUN_BYTES / 2 / (tokensPerImage * decoder.hiddenSize * FLOAT_BYTES));
}

/** The largest tensor that the backend's kernels can be given, in bytes. */
export function largestTensorBytes({ device }: Pick<Backend, 'device'>): number {
  return device
    ? Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize)
    : Infinity;
}

/** Consecutive runs of at most `size` items, in order. */
export function inRuns<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, run) =>
    items.slice(run * size, (run + 1) * size),
  );
}

function atLeastOne(count: number): number {
  return Math.max(1, Math.floor(count));
}
