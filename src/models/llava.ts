/** LLaVA 1.5: CLIP tower, two-layer projector, a decoder of the table. Config in, data out. */
import { ACTIVATIONS, parseClipVisionConfig, parseFixedProcessor } from './config.ts';
import type { ClipEncoderConfig } from './clip-encoder.ts';
import type { ClipVisionConfig } from './config.ts';
import type { Family } from './family.ts';
import type { Fields } from './fields.ts';
import { parseTextDecoder } from './text-decoders.ts';

/**
 * Where each part's tensors lie, newest layout first: transformers 5 in memory, checkpoints it saves,
 * checkpoints published for version 4.
 */
export const LLAVA_PREFIXES = {
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

export const LLAVA: Family = {
  prefixes: LLAVA_PREFIXES,
  parse(config) {
    const text = config.section('text_config');
    const decoder = parseTextDecoder(text, tiedHead(config, text));
    return {
      decoder,
      vision: parseClipEncoder(config, decoder.hiddenSize),
      ...parseImageToken(config, 32000),
    };
  },
  parseProcessor: (processor, { vision }) =>
    parseFixedProcessor(processor, (vision as ClipEncoderConfig).tower.imageSize),
};

/** Either level of a config may say that logits come from the token embedding. */
export function tiedHead(config: Fields, text: Fields): boolean {
  return config.flag('tie_word_embeddings', false) || text.flag('tie_word_embeddings', false);
}

/** The image token's id, under its newer or its older name; the template writes the token itself. */
export function parseImageToken(config: Fields, byDefault: number) {
  const field = config.has('image_token_id') ? 'image_token_id' : 'image_token_index';
  const imageTokenId = config.integer(field, byDefault);
  return { imageTokenId, imagePrompt: { placeholderId: imageTokenId, before: [], after: [] } };
}

/** Tower and projector of a LLaVA-like config. */
export function parseClipEncoder(config: Fields, outputSize: number): ClipEncoderConfig {
  const tower = parseClipVisionConfig(config.section('vision_config'));
  const strategy = config.choice('vision_feature_select_strategy', ['default', 'full'], 'default');
  return {
    kind: 'clip',
    tower,
    projector: {
      inputSize: tower.hiddenSize,
      outputSize,
      activation: config.choice('projector_hidden_act', ACTIVATIONS, 'gelu'),
      bias: config.flag('multimodal_projector_bias', true),
    },
    layersUsed: layersUsed(config, tower),
    dropClassToken: strategy === 'default',
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
