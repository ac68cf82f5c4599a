/** LLaVA 1.5: CLIP tower, two-layer projector, Llama decoder. Config in, data out. */
import {
  ACTIVATIONS,
  type ClipVisionConfig,
  type DecoderConfig,
  parseClipVisionConfig,
  parseLlamaConfig,
} from './config.ts';
import type { Fields } from './fields.ts';
import type { ProjectorConfig } from './projector.ts';
import type { PrefixTable } from './weights.ts';

export interface LlavaConfig {
  readonly decoder: DecoderConfig;
  readonly vision: ClipVisionConfig;
  readonly projector: ProjectorConfig;
  /** The hidden state of the tower that is projected, counted from the embedding (0). */
  readonly visionLayersUsed: number;
  readonly dropClassToken: boolean;
  readonly imageTokenId: number;
}

/**
 * Where each part's tensors lie, newest layout first: transformers 5 in memory, checkpoints it saves,
 * checkpoints published for version 4.
 */
export const LLAVA_PREFIXES: PrefixTable = {
  decoder: ['model.language_model.', 'language_model.model.', 'language_model.'],
  head: ['lm_head.', 'language_model.lm_head.'],
  vision: [
    'model.vision_tower.',
    'model.vision_tower.vision_model.',
    'vision_tower.vision_model.',
    'vision_tower.',
  ],
  projector: ['model.multi_modal_projector.', 'multi_modal_projector.'],
};

export function parseLlavaConfig(config: Fields): LlavaConfig {
  const text = config.section('text_config');
  const tiedHead =
    config.flag('tie_word_embeddings', false) || text.flag('tie_word_embeddings', false);
  const decoder = parseLlamaConfig(text, tiedHead);
  const vision = parseClipVisionConfig(config.section('vision_config'));
  const strategy = config.choice('vision_feature_select_strategy', ['default', 'full'], 'default');
  return {
    decoder,
    vision,
    projector: {
      inputSize: vision.hiddenSize,
      outputSize: decoder.hiddenSize,
      activation: config.choice('projector_hidden_act', ACTIVATIONS, 'gelu'),
      bias: config.flag('multimodal_projector_bias', true),
    },
    visionLayersUsed: layersUsed(config, vision),
    dropClassToken: strategy === 'default',
    imageTokenId: config.integer(
      config.has('image_token_id') ? 'image_token_id' : 'image_token_index',
      32000,
    ),
  };
}

/** The layer index counts hidden states, of which there is one more than layers; -1 is the last. */
function layersUsed(config: Fields, vision: ClipVisionConfig): number {
  const index = config.integer('vision_feature_layer', -2);
  const used = index < 0 ? vision.layers + 1 + index : index;
  if (used < 0 || used > vision.layers) {
    throw config.error(
      'vision_feature_layer',
      `between ${-vision.layers - 1} and ${vision.layers} for a tower of ${vision.layers} layers`,
    );
  }
  return used;
}
