/** Gemma 3: SigLIP tower, pooled; a decoder of local and global layers with two-way image attention. */
import type { FixedProcessor } from '../tensor/image-processor.ts';
import {
  ACTIVATIONS,
  type DecoderConfig,
  type DecoderDefaults,
  parseDecoder,
  parseFixedProcessor,
  parseSiglipVisionConfig,
} from './config.ts';
import type { Family, FamilyConfig } from './family.ts';
import { Fields } from './fields.ts';
import type { Gemma3EncoderConfig } from './gemma3-encoder.ts';
import { LLAVA_PREFIXES, parseImageToken } from './llava.ts';
import { parseRotary } from './rotary.ts';

/** transformers' `Gemma3TextConfig`. */
const TEXT: DecoderDefaults = {
  hiddenSize: 2304,
  heads: 8,
  kvHeads: 4,
  headDim: 256,
  layers: 26,
  vocabSize: 262208,
  intermediateSize: 9216,
  contextLength: 131072,
  ropeTheta: 1_000_000,
};
const LOCAL_ROPE_THETA = 10_000;

const LOCAL = 'sliding_attention';
const GLOBAL = 'full_attention';

export const GEMMA3: Family = {
  prefixes: LLAVA_PREFIXES,
  parse(config) {
    const text = config.section('text_config');
    const tied = config.flag('tie_word_embeddings', text.flag('tie_word_embeddings', true));
    const decoder = parseGemma3Decoder(text, tied);
    const begin = config.integer('boi_token_index', 255999);
    const end = config.integer('eoi_token_index', 256000);
    return {
      decoder,
      vision: parseEncoder(config, decoder.hiddenSize),
      ...parseImageToken(config, 262144),
      // The template writes the beginning of an image alone; transformers' processor adds the rest.
      imagePrompt: { placeholderId: begin, before: ['\n\n', begin], after: [end, '\n\n'] },
    };
  },
  parseProcessor,
};

/**
 * The embedding's scale is not rounded to the checkpoint's type: transformers rounds it to the type in
 * which the model runs, which here is float32.
 */
function parseGemma3Decoder(text: Fields, tiedHead: boolean): DecoderConfig {
  text.choice('model_type', ['gemma3_text'], 'gemma3_text');
  if (text.flag('use_bidirectional_attention', false))
    throw text.error('use_bidirectional_attention', 'false, as in a model that generates');
  const decoder = parseDecoder(globalRope(text), TEXT, tiedHead);
  const bias = text.flag('attention_bias', false);
  const windows = parseWindows(text, decoder.layers);
  const local = windows.some((window) => window !== null);
  return {
    ...decoder,
    qkvBias: bias,
    outputBias: bias,
    activation: text.choice('hidden_activation', ACTIVATIONS, 'gelu_pytorch_tanh'),
    attention: 'two-way',
    windows,
    localRotary: local
      ? parseRotary(localRope(text), decoder.headDim, LOCAL_ROPE_THETA)
      : undefined,
    qkNorm: true,
    normOffset: 1,
    norms: 'sandwich',
    embeddingScale: Math.sqrt(decoder.hiddenSize),
    attentionScale: text.number('query_pre_attn_scalar', 256) ** -0.5,
    attentionSoftcap: numberOrNull(text, 'attn_logit_softcapping'),
    logitSoftcap: numberOrNull(text, 'final_logit_softcapping'),
  };
}

function numberOrNull(fields: Fields, name: string): number | null {
  return fields.has(name) ? fields.number(name) : null;
}

/** The text fields with the rope of global layers at the top; earlier layouts have it there. */
function globalRope(text: Fields): Fields {
  if (!text.has('rope_parameters')) return text;
  const rope_parameters = text.section('rope_parameters').json[GLOBAL];
  return new Fields(text.where, { ...text.json, rope_parameters });
}

/** The same for local layers, which earlier layouts give only a base. */
function localRope(text: Fields): Fields {
  const rope_theta = text.json['rope_local_base_freq'];
  const rope_parameters = text.has('rope_parameters')
    ? text.section('rope_parameters').json[LOCAL]
    : undefined;
  return new Fields(text.where, { rope_theta, rope_parameters });
}

/** By `layer_types`, else every layer is local but each `sliding_window_pattern`th. */
function parseWindows(text: Fields, layers: number): (number | null)[] {
  const window = text.count('sliding_window', 4096);
  const pattern = text.count('sliding_window_pattern', 6);
  const types = text.json['layer_types'] ?? undefined;
  if (types === undefined)
    return Array.from({ length: layers }, (_, layer) =>
      (layer + 1) % pattern === 0 ? null : window,
    );
  const known = (type: unknown) => type === LOCAL || type === GLOBAL;
  if (!Array.isArray(types) || types.length !== layers || !types.every(known))
    throw text.error('layer_types', `a list of ${layers} items, each ${LOCAL} or ${GLOBAL}`);
  return types.map((type) => (type === LOCAL ? window : null));
}

function parseEncoder(config: Fields, outputSize: number): Gemma3EncoderConfig {
  const tower = parseSiglipVisionConfig(config.section('vision_config'));
  const patchesPerSide = Math.floor(tower.imageSize / tower.patchSize);
  const tokensPerSide = Math.sqrt(config.count('mm_tokens_per_image', 256));
  if (patchesPerSide % tokensPerSide !== 0)
    throw config.error(
      'mm_tokens_per_image',
      `the square of a divisor of ${patchesPerSide}, the tower's patches of a side`,
    );
  return { kind: 'gemma3', tower, tokensPerSide, outputSize };
}

/** transformers' `Gemma3ImageProcessor`. Crops of a picture (pan and scan) are its option, and not ours. */
function parseProcessor(processor: Fields, config: FamilyConfig): FixedProcessor {
  if (processor.flag('do_pan_and_scan', false)) throw processor.error('do_pan_and_scan', 'false');
  const half = [0.5, 0.5, 0.5];
  const defaults = { resample: 2, image_mean: half, image_std: half };
  const settings = new Fields(processor.where, { ...defaults, ...processor.json });
  return parseFixedProcessor(settings, (config.vision as Gemma3EncoderConfig).tower.imageSize);
}
