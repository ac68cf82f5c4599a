import type { Span } from '../kernels/positions.ts';

/** One row before padding. */
export interface Sequence {
  readonly ids: ArrayLike<number>;
  /** Images in the order in which they stand in the row. */
  readonly spans: readonly Span[];
  /** Row of the batch's stacked image features where each image begins; one for each span. */
  readonly featureRows: readonly number[];
  /** Of models with M-RoPE, each image's own ids above its first, f32 `[3, tokens]`. */
  readonly offsets?: readonly (Float32Array | undefined)[];
  /** Balance strength. */
  readonly strength: number;
}

/** Rows padded on the right to one length, as the graphs take them. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  /** `[rows, length]`; padding holds id 0, which no valid token can see. */
  readonly inputIds: BigInt64Array<ArrayBuffer>;
  /** `[rows, length]`: row of the image features, −1 for text and padding. */
  readonly imageIndex: BigInt64Array<ArrayBuffer>;
  /** Valid tokens of each row. */
  readonly lengths: readonly number[];
  readonly spans: readonly (readonly Span[])[];
  /** By row and image, as in `Sequence`. */
  readonly offsets: readonly (readonly (Float32Array | undefined)[])[];
  readonly strengths: Float32Array<ArrayBuffer>;
}

/** Pads on the right, in the order given, to the longest row. */
export function padSequences(sequences: readonly Sequence[]): Batch {
  const rows = sequences.length;
  const lengths = sequences.map(({ ids }) => ids.length);
  const length = Math.max(...lengths);
  const inputIds = new BigInt64Array(rows * length);
  const imageIndex = new BigInt64Array(rows * length).fill(-1n);
  sequences.forEach(({ ids, spans, featureRows }, row) => {
    for (let n = 0; n < ids.length; n++) inputIds[row * length + n] = BigInt(ids[n]!);
    spans.forEach((span, image) => {
      for (let t = 0; t < span.length; t++)
        imageIndex[row * length + span.start + t] = BigInt(featureRows[image]! + t);
    });
  });
  return {
    rows,
    length,
    inputIds,
    imageIndex,
    lengths,
    spans: sequences.map(({ spans }) => spans),
    offsets: sequences.map(({ offsets }) => offsets ?? []),
    strengths: Float32Array.from(sequences, ({ strength }) => strength),
  };
}

/** One row of a batch alone, without padding. */
export function rowOf(batch: Batch, row: number): Batch {
  const length = batch.lengths[row]!;
  const own = (all: BigInt64Array<ArrayBuffer>) =>
    all.slice(row * batch.length, row * batch.length + length);
  return {
    rows: 1,
    length,
    inputIds: own(batch.inputIds),
    imageIndex: own(batch.imageIndex),
    lengths: [length],
    spans: [batch.spans[row]!],
    offsets: [batch.offsets[row]!],
    strengths: batch.strengths.slice(row, row + 1),
  };
}

/**
 * The images of a row of ids, by the processor's count of tokens of each (`tokens`, from the first
 * on), so that two adjacent images stay two. Throws a sentence where the image tokens are not those
 * of whole images; more counts than images are left over without complaint.
 */
export function imageSpans(
  ids: ArrayLike<number>,
  imageTokenId: number,
  tokens: readonly number[],
): Span[] {
  const spans: Span[] = [];
  for (let n = 0; n < ids.length;) {
    if (ids[n] !== imageTokenId) {
      n++;
      continue;
    }
    let end = n;
    while (end < ids.length && ids[end] === imageTokenId) end++;
    while (n < end) {
      const length = tokens[spans.length];
      if (length === undefined)
        throw new Error(
          `The prompt has image tokens at token ${n}, but only ${tokens.length} pictures were given for it.`,
        );
      if (n + length > end)
        throw new Error(
          `The picture number ${spans.length + 1} takes ${length} image tokens, but ${end - n} stand at token ${n}. Expand the image placeholder as the model's processor does.`,
        );
      spans.push({ start: n, length });
      n += length;
    }
  }
  return spans;
}
