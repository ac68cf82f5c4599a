/**
 * The JSON files of an export, as transformers.js reads them. It has no defaults of its own for a
 * decoder's sizes, and reads the chat template from other places than Hugging Face transformers.
 */
import type { FixedProcessor, ImageProcessorSpec } from '../../tensor/image-processor.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { type ClipEncoderConfig, clipTokens } from '../clip-encoder.ts';
import type { OpenedModel } from '../families.ts';
import type { JsonObject } from '../fields.ts';
import type { Gemma3EncoderConfig } from '../gemma3-encoder.ts';
import { type TransformersJsClass, transformersJsClass } from './classes.ts';

const COPIED_FILES = [
  'generation_config.json',
  'tokenizer.json',
  'special_tokens_map.json',
  'added_tokens.json',
];

/** Of Qwen's published models, as transformers' configs have them by default. */
const QWEN_TOKENS = { vision_start_token_id: 151652, video_token_id: 151656 };

/** All files by their names but config.json. */
export async function settingsFiles(
  checkpoint: Checkpoint,
  model: OpenedModel,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const add = (name: string, json: JsonObject) => files.set(name, jsonText(json));
  const named = transformersJsClass(model.spec.family);
  for (const name of COPIED_FILES)
    if (await checkpoint.has(name)) files.set(name, await checkpoint.readText(name));
  add('preprocessor_config.json', preprocessorConfig(model.spec.imageProcessor, named));
  if (!(await checkpoint.has('tokenizer_config.json'))) return files;
  const template = await chatTemplate(checkpoint);
  const tokens = await imageTokens(checkpoint, model);
  add('tokenizer_config.json', {
    ...(await checkpoint.readJson('tokenizer_config.json')),
    ...tokens,
    ...(template === undefined ? {} : { chat_template: template }),
  });
  // Gemma3Processor reads it from here alone, the tokenizers from their config alone.
  if (template !== undefined) files.set('chat_template.jinja', template);
  add('processor_config.json', processorConfig(model, named, tokens.image_token));
  return files;
}

/** `custom`: transformers.js's own section. */
export async function modelConfig(
  checkpoint: Checkpoint,
  { config, spec }: OpenedModel,
  custom: JsonObject,
): Promise<string> {
  const original = await checkpoint.readJson('config.json');
  const { textModelType } = transformersJsClass(spec.family);
  const { decoder } = config;
  const sizes = {
    hidden_size: decoder.hiddenSize,
    num_hidden_layers: decoder.layers,
    num_attention_heads: decoder.heads,
    num_key_value_heads: decoder.kvHeads,
    head_dim: decoder.headDim,
    vocab_size: decoder.vocabSize,
  };
  const text = (original['text_config'] ?? {}) as JsonObject;
  return jsonText({
    ...(config.vision.kind === 'qwen' ? QWEN_TOKENS : {}),
    ...original,
    // Its classes read one or the other.
    image_token_index: spec.imageTokenId,
    image_token_id: spec.imageTokenId,
    ...(textModelType === null
      ? sizes
      : { text_config: { model_type: textModelType, ...text, ...sizes } }),
    'transformers.js_config': custom,
  });
}

function jsonText(json: JsonObject): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

function preprocessorConfig(
  processor: ImageProcessorSpec,
  { processor: processor_class, imageProcessor }: TransformersJsClass,
): JsonObject {
  return {
    image_processor_type: imageProcessor,
    processor_class,
    do_convert_rgb: true,
    do_resize: true,
    resample: processor.resample,
    do_rescale: true,
    rescale_factor: processor.rescaleFactor,
    do_normalize: true,
    image_mean: processor.mean,
    image_std: processor.std,
    ...sizing(processor),
  };
}

function sizing(processor: ImageProcessorSpec): JsonObject {
  if (processor.kind === 'patched')
    return {
      min_pixels: processor.minPixels,
      max_pixels: processor.maxPixels,
      patch_size: processor.patchSize,
      temporal_patch_size: processor.temporalPatchSize,
      merge_size: processor.mergeSize,
    };
  const { width, height, shortestEdge } = processor as FixedProcessor;
  if (shortestEdge === undefined) return { size: { width, height }, do_center_crop: false };
  const cut = { do_center_crop: true, crop_size: { width, height } };
  return { size: { shortest_edge: shortestEdge }, ...cut };
}

/**
 * transformers.js's LLaVA processor counts `patches + num_additional_image_tokens` and never takes the
 * class token off, while Hugging Face's takes one off under the `default` strategy. Here it says `full`
 * and the number of tokens beyond the patches, on which both agree.
 */
function processorConfig(
  { config }: OpenedModel,
  { processor: processor_class }: TransformersJsClass,
  image_token: string,
): JsonObject {
  const { vision } = config;
  if (vision.kind === 'gemma3')
    return {
      processor_class,
      image_seq_length: (vision as Gemma3EncoderConfig).tokensPerSide ** 2,
    };
  if (vision.kind !== 'clip') return { processor_class };
  const { patchSize, imageSize } = (vision as ClipEncoderConfig).tower;
  return {
    processor_class,
    image_token,
    patch_size: patchSize,
    vision_feature_select_strategy: 'full',
    num_additional_image_tokens: clipTokens(vision) - Math.floor(imageSize / patchSize) ** 2,
  };
}

/** The texts of the tokens that stand for pictures; Gemma 3's processor looks for all three. */
async function imageTokens(
  checkpoint: Checkpoint,
  { spec }: OpenedModel,
): Promise<{ image_token: string; boi_token?: string; eoi_token?: string }> {
  const { imageTokenId, imagePrompt } = spec;
  const image_token = await tokenText(checkpoint, imageTokenId);
  const end = imagePrompt.after.find((item) => typeof item === 'number');
  if (end === undefined) return { image_token };
  const boi_token = await tokenText(checkpoint, imagePrompt.placeholderId);
  return { image_token, boi_token, eoi_token: await tokenText(checkpoint, end) };
}

async function tokenText(checkpoint: Checkpoint, id: number): Promise<string> {
  const { added_tokens: added } = await checkpoint.readJson('tokenizer.json');
  const found = Array.isArray(added) ? added.find((token) => token?.id === id) : undefined;
  if (typeof found?.content === 'string') return found.content;
  throw new Error(
    `tokenizer.json lists no added token with the id ${id}, which config.json names for pictures.`,
  );
}

/** The template for chats, wherever the checkpoint has it. */
async function chatTemplate(checkpoint: Checkpoint): Promise<string | undefined> {
  if (await checkpoint.has('chat_template.jinja'))
    return checkpoint.readText('chat_template.jinja');
  for (const file of ['chat_template.json', 'tokenizer_config.json']) {
    if (!(await checkpoint.has(file))) continue;
    const found = (await checkpoint.readJson(file))['chat_template'];
    if (typeof found === 'string') return found;
    const named = Array.isArray(found) ? found.find(({ name }) => name === 'default') : undefined;
    if (typeof named?.template === 'string') return named.template;
  }
  return undefined;
}
