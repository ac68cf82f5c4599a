/**
 * What the rest of the house needs to know of a loaded model: plain data, made by a family from the
 * checkpoint's own config and processor files.
 */

/** How the rotary tables of a decoder are made. All arrays have `dim / 2` entries. */
export interface RotarySpec {
  /** Rotated channels of a head (`rotary_dim`). */
  readonly dim: number;
  /** Inverse frequencies as the checkpoint's code computes them, float32, rope scaling applied. */
  readonly invFreq: Float32Array;
  /** Factor on cos and sin (1 for plain RoPE). */
  readonly attentionScaling: number;
  /** 1 for ordinary models, 3 (t, h, w) for M-RoPE. */
  readonly axes: 1 | 3;
  /** Which position axis drives each frequency; all zero when `axes` is 1. */
  readonly axisOfFrequency: Uint32Array;
}

export interface DecoderSpec {
  readonly hiddenSize: number;
  /** Width inside the MLP. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly rotary: RotarySpec;
}

/** The Hugging Face image processor's settings, as far as the pixel path needs them. */
export interface ImageProcessorSpec {
  readonly width: number;
  readonly height: number;
  /** PIL's code: 2 bilinear, 3 bicubic. */
  readonly resample: 2 | 3;
  readonly rescaleFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export interface ModelSpec {
  /** `model_type` of the checkpoint's config. */
  readonly family: string;
  readonly decoder: DecoderSpec;
  readonly imageProcessor: ImageProcessorSpec;
  /** Image tokens that one picture takes in the sequence. */
  readonly tokensPerImage: number;
  readonly imageTokenId: number;
  readonly eosTokenIds: readonly number[];
}
