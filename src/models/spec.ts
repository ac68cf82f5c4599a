/**
 * What the rest of the house needs to know of a loaded model: plain data, made by a family from the
 * checkpoint's own config and processor files.
 */
import type { ImageProcessorSpec, ViewTokens } from '../tensor/image-processor.ts';
import type { VisionConfig } from './vision.ts';

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
  /** Tables of the layers with a window, where they have their own (Gemma 3's local layers). */
  readonly localRotary?: RotarySpec | undefined;
  /**
   * `causal`: a token sees what stands before it. `two-way`: image tokens also see the rest of their
   * image, and the decoder graph takes the order and image of every token as inputs.
   */
  readonly attention: 'causal' | 'two-way';
  /** For each layer, the last tokens that it sees, itself included; null: all of them. */
  readonly windows: readonly (number | null)[];
  /** Factor on the products of queries and keys. */
  readonly attentionScale: number;
  /** `cap · tanh(x / cap)` on attention logits; null: none. */
  readonly attentionSoftcap: number | null;
}

/** How a picture's place in a rendered prompt becomes image tokens. */
export interface ImagePrompt {
  /** The token that the chat template writes for a picture. */
  readonly placeholderId: number;
  /** What the processor writes around the image tokens: text, or ids of special tokens. */
  readonly before: readonly (string | number)[];
  readonly after: readonly (string | number)[];
}

export interface ModelSpec {
  /** `model_type` of the checkpoint's config. */
  readonly family: string;
  readonly decoder: DecoderSpec;
  readonly vision: VisionConfig;
  readonly imageProcessor: ImageProcessorSpec;
  /** Of square views; undefined where tokens follow the picture's shape (`patched` processors). */
  readonly viewTokens?: ViewTokens | undefined;
  readonly imageTokenId: number;
  readonly imagePrompt: ImagePrompt;
  readonly eosTokenIds: readonly number[];
}
