/**
 * Hugging Face configs as plain data. Published configs leave out what the code has as defaults, so
 * the defaults here are transformers' own; a wrong value is an error that names the file and field.
 */
import type { Fields } from './fields.ts';
import { parseRotary } from './rotary.ts';
import type { DecoderSpec, ImageProcessorSpec } from './spec.ts';

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
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  /** Logits come from the token embedding itself. */
  readonly tiedHead: boolean;
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

/** A text config of the Llama kind; `tiedHead` is decided one level higher. */
export function parseLlamaConfig(text: Fields, tiedHead: boolean): DecoderConfig {
  text.choice('model_type', ['llama'], 'llama');
  const hiddenSize = text.count('hidden_size', 4096);
  const heads = text.count('num_attention_heads', 32);
  const kvHeads = text.count('num_key_value_heads', heads);
  const headDim = text.count('head_dim', Math.floor(hiddenSize / heads));
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
    layers: text.count('num_hidden_layers', 32),
    vocabSize: text.count('vocab_size', 32000),
    intermediateSize: text.count('intermediate_size', 11008),
    rmsNormEpsilon: text.number('rms_norm_eps', 1e-6),
    activation: text.choice('hidden_act', ACTIVATIONS, 'silu'),
    contextLength: text.count('max_position_embeddings', 2048),
    attentionBias: text.flag('attention_bias', false),
    mlpBias: text.flag('mlp_bias', false),
    tiedHead,
    rotary: parseRotary(text, headDim),
  };
}

/** A vision config of the CLIP kind. */
export function parseClipVisionConfig(vision: Fields): ClipVisionConfig {
  vision.choice('model_type', ['clip_vision_model'], 'clip_vision_model');
  const hiddenSize = vision.count('hidden_size', 768);
  const heads = vision.count('num_attention_heads', 12);
  const imageSize = vision.count('image_size', 224);
  const patchSize = vision.count('patch_size', 32);
  if (hiddenSize % heads !== 0) {
    throw vision.error('hidden_size', `a multiple of num_attention_heads (${heads})`);
  }
  return {
    hiddenSize,
    heads,
    imageSize,
    patchSize,
    layers: vision.count('num_hidden_layers', 12),
    intermediateSize: vision.count('intermediate_size', 3072),
    layerNormEpsilon: vision.number('layer_norm_eps', 1e-5),
    activation: vision.choice('hidden_act', ACTIVATIONS, 'quick_gelu'),
  };
}

/**
 * The image processor's settings from `preprocessor_config.json`, or from the `image_processor` part
 * of `processor_config.json`. `imageSize` is the tower's, which the settings must lead to.
 */
export function parseImageProcessor(processor: Fields, imageSize: number): ImageProcessorSpec {
  const [width, height] = outputSize(processor, imageSize);
  if (width !== imageSize || height !== imageSize) {
    throw new Error(
      `${processor.where}: pictures are resized to ${width}x${height}, but the vision tower takes ${imageSize}x${imageSize}.`,
    );
  }
  const resample = processor.integer('resample', 3);
  if (resample !== 2 && resample !== 3) throw processor.error('resample', '2 or 3');
  const rescaled = processor.flag('do_rescale', true);
  const normalised = processor.flag('do_normalize', true);
  return {
    width,
    height,
    resample,
    rescaleFactor: rescaled ? processor.number('rescale_factor', 1 / 255) : 1,
    mean: normalised ? processor.triple('image_mean') : [0, 0, 0],
    std: normalised ? processor.triple('image_std') : [1, 1, 1],
  };
}

/** Width and height of what the processor puts out: the crop where it crops, else the resize. */
function outputSize(processor: Fields, imageSize: number): [number, number] {
  const cropped = processor.flag('do_center_crop', processor.has('crop_size'));
  const field = cropped ? 'crop_size' : 'size';
  if (!processor.has(field)) return [imageSize, imageSize];
  if (typeof processor.json[field] === 'number') {
    const side = processor.count(field);
    return [side, side];
  }
  const size = processor.section(field);
  if (size.has('shortest_edge')) {
    const side = size.count('shortest_edge');
    return [side, side];
  }
  return [size.count('width'), size.count('height')];
}
