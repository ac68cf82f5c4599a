import type { HostTensor } from '../tensor/tensor.ts';
import { imageSpans, padSequences, type Batch } from './batch.ts';

/** Inputs by the names of Hugging Face's processors. */
export interface RawInputs {
  /** int64 `[b, s]`, image placeholders expanded. */
  readonly input_ids: HostTensor<'int64'>;
  /** int64 `[b, s]`: 1 for tokens, 0 for padding on either side. Left out: no padding. */
  readonly attention_mask?: HostTensor<'int64'> | undefined;
  /**
   * What the processor made of the pictures, in the order of the images in the rows: `pixel_values`
   * and, where the family has them, `image_sizes` or `image_grid_thw`. Empty: text alone.
   */
  readonly pictures: ReadonlyMap<string, HostTensor>;
}

export interface RawOutputs {
  /** f32 `[b, s, vocab]` at every position; zeros at padding. */
  readonly logits: HostTensor<'float32'>;
  /**
   * f32 `[images, tokens, hidden]` where every picture is one view, else `[rows, hidden]`, the images
   * one below another; undefined without pictures.
   */
  readonly image_features: HostTensor<'float32'> | undefined;
}

/** Rows moved to the left edge, with where each of them stood. */
export interface Repacked {
  readonly batch: Batch;
  /** First valid token of each row in the input. */
  readonly starts: readonly number[];
}

/** What a row's images need to know of an encoded picture. */
export interface PictureRows {
  readonly tokens: number;
  readonly offsets?: Float32Array | undefined;
}

/**
 * Checks raw inputs and moves each row's valid tokens to the left edge: the attention operator wants
 * padding on the right. `pictures` are the encoded ones, in the order of the rows. Throws sentences.
 */
export function repack(
  inputs: RawInputs,
  { imageTokenId, vocabSize }: { imageTokenId: number; vocabSize: number },
  pictures: readonly PictureRows[],
  strength: number,
): Repacked {
  const { input_ids: ids, attention_mask: mask } = inputs;
  if (ids.shape.length !== 2)
    throw new Error(
      `input_ids must be [rows, tokens], but its shape is [${ids.shape.join(', ')}].`,
    );
  const [rows, length] = ids.shape as [number, number];
  if (mask && (mask.shape[0] !== rows || mask.shape[1] !== length || mask.shape.length !== 2))
    throw new Error(
      `attention_mask must have the shape of input_ids, [${rows}, ${length}], but it is [${mask.shape.join(', ')}].`,
    );
  const wrong = ids.data.find((id) => id < 0n || id >= BigInt(vocabSize));
  if (wrong !== undefined)
    throw new Error(
      `input_ids holds ${wrong}, but the model's vocabulary has the ids 0 to ${vocabSize - 1}.`,
    );
  let next = 0;
  let featureRow = 0;
  const starts: number[] = [];
  const sequences = Array.from({ length: rows }, (_, row) => {
    const [start, end] = validRange(
      mask?.data.subarray(row * length, (row + 1) * length),
      row,
      length,
    );
    starts.push(start);
    const rowIds = Array.from(ids.data.subarray(row * length + start, row * length + end), Number);
    const left = pictures.slice(next);
    const counts = left.map(({ tokens }) => tokens);
    const spans = imageSpans(rowIds, imageTokenId, counts);
    next += spans.length;
    const featureRows = spans.map((span) => (featureRow += span.length) - span.length);
    const offsets = spans.map((_, image) => left[image]!.offsets);
    return { ids: rowIds, spans, featureRows, offsets, strength };
  });
  if (next !== pictures.length)
    throw new Error(
      `The rows hold ${next} images, but ${pictures.length} pictures were given; give one for each, in the order of the rows.`,
    );
  return { batch: padSequences(sequences), starts };
}

function validRange(
  mask: BigInt64Array | undefined,
  row: number,
  length: number,
): [start: number, end: number] {
  if (!mask) return [0, length];
  const start = mask.indexOf(1n);
  const end = mask.lastIndexOf(1n) + 1;
  if (start < 0) throw new Error(`Row ${row} of attention_mask marks no token at all.`);
  if (mask.subarray(start, end).some((bit) => bit !== 1n))
    throw new Error(
      `Row ${row} of attention_mask has a hole; padding may stand only before or after a row's tokens.`,
    );
  return [start, end];
}

/** Puts logits of repacked rows, `[rows, batch.length, vocab]`, back to where the tokens stood. */
export function unpackLogits(
  logits: Float32Array,
  { batch, starts }: Repacked,
  length: number,
): HostTensor<'float32'> {
  const vocab = logits.length / (batch.rows * batch.length);
  const data = new Float32Array(batch.rows * length * vocab);
  starts.forEach((start, row) => {
    const from = row * batch.length * vocab;
    const valid = logits.subarray(from, from + batch.lengths[row]! * vocab);
    data.set(valid, (row * length + start) * vocab);
  });
  return { dtype: 'float32', shape: [batch.rows, length, vocab], data };
}
