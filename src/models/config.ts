/**
 * Hugging Face configs as plain data. Published configs leave out what the code has as defaults, so
 * the defaults here are transformers' own; a wrong value is an error that names the file and field.
 */
import type { FixedProcessor, PixelScaling } from '../tensor/image-processor.ts';
import type { Fields } from './fields.ts';
import { outputSize } from './output-size.ts';
import { parseRotary } from './rotary.ts';
import type { DecoderSpec } from './spec.ts';

export const ACTIVATIONS = [
  'silu',
  'gelu',
  'quick_gelu',
  'gelu_new',
  'gelu_pytorch_tanh',
  'relu',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** What the decoder graph needs beyond what the rest of the house sees of a decoder. */
export interface DecoderConfig extends DecoderSpec {
  readonly rmsNormEpsilon: number;
  readonly activation: Activation;
  /** Tokens that the checkpoint was made for. */
  readonly contextLength: number;
  /** Biases of the query, key and value projections. */
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  /** Logits come from the token embedding itself. */
  readonly tiedHead: boolean;
  /** Normalised queries and keys, head by head, before the rotation. */
  readonly qkNorm: boolean;
  /** What is added to every norm's weight (Gemma stores them less 1). */
  readonly normOffset: 0 | 1;
  /** `pre`: before attention and MLP. `sandwich`: before and after each (Gemma). */
  readonly norms: 'pre' | 'sandwich';
  /** Factor on text embeddings; image features are taken as they are. */
  readonly embeddingScale: number;
  /** `cap · tanh(x / cap)` on the head's logits; null: none. */
  readonly logitSoftcap: number | null;
}

export interface ClipVisionConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Pixels of a side; pictures are square. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly layerNormEpsilon: number;
  readonly activation: Activation;
}

/** SigLIP's sizes are of the same kinds. */
export type SiglipVisionConfig = ClipVisionConfig;

/** What a decoder's code has where a config leaves a field out. */
export interface DecoderDefaults {
  readonly hiddenSize: number;
  readonly heads: number;
  /** Undefined: as many as heads. */
  readonly kvHeads?: number;
  /** Undefined: `hidden_size / num_attention_heads`. */
  readonly headDim?: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly intermediateSize: number;
  readonly contextLength: number;
  readonly ropeTheta: number;
}

/**
 * The fields that all our decoders share, and for the rest what a plain Llama does; a family spreads
 * its own over them.
 */
export function parseDecoder(
  text: Fields,
  defaults: DecoderDefaults,
  tiedHead: boolean,
): DecoderConfig {
  const hiddenSize = text.count('hidden_size', defaults.hiddenSize);
  const heads = text.count('num_attention_heads', defaults.heads);
  const kvHeads = text.count('num_key_value_heads', defaults.kvHeads ?? heads);
  const headDim = text.count('head_dim', defaults.headDim ?? Math.floor(hiddenSize / heads));
  const layers = text.count('num_hidden_layers', defaults.layers);
  if (heads % kvHeads !== 0) {
    throw text.error('num_key_value_heads', `a divisor of num_attention_heads (${heads})`);
  }
  if (headDim % 8 !== 0) {
    throw new Error(
      `${text.where}: the head size should be a multiple of 8, which onnxruntime's attention needs, but it is ${headDim}.`,
    );
  }
  return {
    hiddenSize,
    heads,
    kvHeads,
    headDim,
    layers,
    vocabSize: text.count('vocab_size', defaults.vocabSize),
    intermediateSize: text.count('intermediate_size', defaults.intermediateSize),
    rmsNormEpsilon: text.number('rms_norm_eps', 1e-6),
    activation: text.choice('hidden_act', ACTIVATIONS, 'silu'),
    contextLength: text.count('max_position_embeddings', defaults.contextLength),
    qkvBias: false,
    outputBias: false,
    mlpBias: false,
    tiedHead,
    rotary: parseRotary(text, headDim, defaults.ropeTheta),
    attention: 'causal',
    windows: Array<null>(layers).fill(null),
    qkNorm: false,
    normOffset: 0,
    norms: 'pre',
    embeddingScale: 1,
    attentionScale: headDim ** -0.5,
    attentionSoftcap: null,
    logitSoftcap: null,
  };
}

/** A vision config of the CLIP kind. */
export function parseClipVisionConfig(vision: Fields): ClipVisionConfig {
  vision.choice('model_type', ['clip_vision_model'], 'clip_vision_model');
  return parseTower(vision, { patchSize: 32, epsilon: 1e-5, activation: 'quick_gelu' });
}

/** A vision config of the SigLIP kind. */
export function parseSiglipVisionConfig(vision: Fields): SiglipVisionConfig {
  vision.choice('model_type', ['siglip_vision_model'], 'siglip_vision_model');
  return parseTower(vision, { patchSize: 16, epsilon: 1e-6, activation: 'gelu_pytorch_tanh' });
}

function parseTower(
  vision: Fields,
  defaults: { patchSize: number; epsilon: number; activation: Activation },
): ClipVisionConfig {
  const hiddenSize = vision.count('hidden_size', 768);
  const heads = vision.count('num_attention_heads', 12);
  if (hiddenSize % heads !== 0) {
    throw vision.error('hidden_size', `a multiple of num_attention_heads (${heads})`);
  }
  return {
    hiddenSize,
    heads,
    imageSize: vision.count('image_size', 224),
    patchSize: vision.count('patch_size', defaults.patchSize),
    layers: vision.count('num_hidden_layers', 12),
    intermediateSize: vision.count('intermediate_size', 3072),
    layerNormEpsilon: vision.number('layer_norm_eps', defaults.epsilon),
    activation: vision.choice('hidden_act', ACTIVATIONS, defaults.activation),
  };
}

/**
 * The settings of a processor that makes every picture `imageSize` pixels square: from
 * `preprocessor_config.json`, or from the `image_processor` part of `processor_config.json`.
 */
export function parseFixedProcessor(processor: Fields, imageSize: number): FixedProcessor {
  const { width, height, shortestEdge } = outputSize(processor);
  if (width !== imageSize || height !== imageSize) {
    throw new Error(
      `${processor.where}: pictures are resized to ${width}x${height}, but the vision tower takes ${imageSize}x${imageSize}.`,
    );
  }
  return { kind: 'fixed', width, height, shortestEdge, ...parsePixelScaling(processor) };
}

/** The settings that all kinds of processors share. */
export function parsePixelScaling(processor: Fields): PixelScaling {
  const resample = processor.integer('resample', 3);
  if (resample !== 2 && resample !== 3) throw processor.error('resample', '2 or 3');
  const rescaled = processor.flag('do_rescale', true);
  const normalised = processor.flag('do_normalize', true);
  return {
    resample,
    rescaleFactor: rescaled ? processor.number('rescale_factor', 1 / 255) : 1,
    mean: normalised ? processor.triple('image_mean') : [0, 0, 0],
    std: normalised ? processor.triple('image_std') : [1, 1, 1],
  };
}
