import { visionEncoder } from '../models/vision.ts';
import { attentionFlow, readingTokens, type FlowParts } from './attention-flow.ts';
import { rowOf } from './batch.ts';
import type { AttentionFlow, FlowOptions } from './engine.ts';
import {
  downloadFeatures,
  stackFeatures,
  type EncodedImage,
  type StackedFeatures,
} from './image-features.ts';
import {
  repack,
  unpackLogits,
  type RawInputs,
  type RawOutputs,
  type Repacked,
} from './raw-logits.ts';
import type { VisionRunner } from './vision-runner.ts';

/** What runs of raw tensors are made with. */
export interface RawParts extends FlowParts {
  readonly vision: VisionRunner;
}

/** Logits at every position, and the image features. */
export function rawLogits(
  parts: RawParts,
  inputs: RawInputs,
  strength: number,
): Promise<RawOutputs> {
  return withRows(parts, inputs, strength, async (packed, features, encoded) => {
    const { imageProcessor, decoder } = parts.info.spec;
    const { batch } = packed;
    const every = batch.lengths.map(() => Array.from({ length: batch.length }, (_, n) => n));
    const values = await parts.language.prefill(batch, features.tensor, every);
    const logits = unpackLogits(values, packed, inputs.input_ids.shape[1]!);
    if (encoded.length === 0) return { logits, image_features: undefined };
    const data = await downloadFeatures(encoded);
    const { hiddenSize } = decoder;
    const rows = data.length / hiddenSize;
    // Views of one size keep their own axis, as transformers gives them.
    const shape =
      imageProcessor.kind === 'fixed'
        ? [encoded.length, rows / encoded.length, hiddenSize]
        : [rows, hiddenSize];
    return { logits, image_features: { dtype: 'float32', shape, data } };
  });
}

/** The flow of every row; undefined for rows where no text reads an image. */
export function rawFlow(
  parts: RawParts,
  inputs: RawInputs,
  strength: number,
  options: FlowOptions,
  tapBytes?: number,
): Promise<(AttentionFlow | undefined)[]> {
  return withRows(parts, inputs, strength, async ({ batch }, features) => {
    const flows: (AttentionFlow | undefined)[] = [];
    for (let at = 0; at < batch.rows; at++) {
      const row = rowOf(batch, at);
      const reads = readingTokens(row).length > 0;
      flows.push(
        reads ? await attentionFlow(parts, row, features.tensor, options, tapBytes) : undefined,
      );
    }
    return flows;
  });
}

/** Rows of raw tensors, packed, over the stacked features of their pictures. */
async function withRows<T>(
  { backend, info, vision }: RawParts,
  inputs: RawInputs,
  strength: number,
  work: (
    packed: Repacked,
    features: StackedFeatures,
    encoded: readonly EncodedImage[],
  ) => Promise<T>,
): Promise<T> {
  const { imageTokenId, imageProcessor, vision: config, decoder } = info.spec;
  const pictures = visionEncoder(config).split(config, imageProcessor, inputs.pictures);
  const encoded = pictures.length > 0 ? await vision.encode(pictures, () => {}) : [];
  let features: StackedFeatures | undefined;
  try {
    const { vocabSize, hiddenSize } = decoder;
    const packed = repack(inputs, { imageTokenId, vocabSize }, encoded, strength);
    features = stackFeatures(backend, encoded, hiddenSize);
    return await work(packed, features, encoded);
  } finally {
    features?.dispose();
    encoded.forEach((image) => image.release());
  }
}
