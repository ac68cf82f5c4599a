/**
 * A checkpoint as a folder that transformers.js loads as it is. There the rotary tables of the
 * standard positions are weights and `position_ids` is the row index, so that ids passed by a caller
 * are honoured on every provider.
 *
 * transformers.js's LLaVA processor counts `patches + num_additional_image_tokens` and never takes the
 * class token off, while Hugging Face's takes one off under the `default` strategy. The exported
 * processor config says `full` and the number of tokens beyond the patches, on which both agree.
 */
import { DATA_TYPE } from '../onnx/schema.ts';
import { GraphBuilder, type Value } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import { Cast, ReduceSum, Reshape, Shape, Sub } from '../onnx/ops.ts';
import type { FixedProcessor } from '../tensor/image-processor.ts';
import type { Checkpoint } from './checkpoint.ts';
import { clipTokens } from './clip-encoder.ts';
import { decoderLayers, languageHead } from './decoder.ts';
import { embedTokens } from './embed.ts';
import { buildVisionGraph, encodeGraph, type OpenedModel, openModel } from './families.ts';
import { standardTables } from './rotary.ts';

/** Beyond this many positions the tables would be a burden; longer prompts are refused by the graph. */
const MAX_TABLE_ROWS = 32768;

const COPIED_FILES = [
  'generation_config.json',
  'tokenizer.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
];

/**
 * All files of the export, by their path in the folder. Rows must not be padded on the left: the
 * attention operator takes a row's valid tokens to be its first ones.
 */
export async function exportForTransformersJs(
  checkpoint: Checkpoint,
): Promise<Map<string, Uint8Array>> {
  const model = await openModel(checkpoint);
  const { config, weights } = model;
  const files = new Map<string, Uint8Array>();
  files.set('onnx/vision_encoder.onnx', await encodeGraph(await buildVisionGraph(config, weights)));
  files.set('onnx/embed_tokens.onnx', await encodeGraph(embedTokensGraph(model)));
  files.set('onnx/decoder_model_merged.onnx', await encodeGraph(await mergedDecoderGraph(model)));
  for (const [name, json] of await configFiles(checkpoint, model)) {
    files.set(name, new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
  }
  for (const name of COPIED_FILES) {
    if (!(await checkpoint.has(name))) continue;
    files.set(name, new TextEncoder().encode(await checkpoint.readText(name)));
  }
  return files;
}

/** `input_ids` i64 [b, s] to `inputs_embeds` f32 [b, s, hidden]. */
function embedTokensGraph({ config, weights }: OpenedModel): Graph {
  const g = new GraphBuilder('embed_tokens');
  const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const embeds = embedTokens(g, config.decoder, weights, ids);
  const shape = ['batch_size', 'sequence_length', config.decoder.hiddenSize];
  g.output(embeds, 'inputs_embeds', 'float32', shape);
  return g.build();
}

/**
 * transformers.js makes an empty cache from the declared shapes, and knows an axis only by the name
 * `batch_size`. `num_logits_to_keep` 0 keeps all.
 */
async function mergedDecoderGraph({ config, weights }: OpenedModel): Promise<Graph> {
  const { decoder } = config;
  const g = new GraphBuilder('decoder_model_merged');
  const axes = ['batch_size', 'sequence_length'];
  const embeds = g.input('inputs_embeds', 'float32', [...axes, decoder.hiddenSize]);
  const mask = g.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const positionIds = g.input('position_ids', 'int64', axes);
  const keep = g.input('num_logits_to_keep', 'int64', []);
  const { cos, sin } = standardTables(
    decoder.rotary,
    Math.min(decoder.contextLength, MAX_TABLE_ROWS),
  );
  const tables = {
    cos: g.initializer('cos_cache', cos),
    sin: g.initializer('sin_cache', sin),
  };
  const hidden = await decoderLayers(g, decoder, weights, embeds, {
    tables,
    localTables: tables,
    rotaryIndex: positionIds,
    scope: {
      kind: 'causal',
      seqlensK: Cast(g, Sub(g, ReduceSum(g, mask, [1]), g.int64(1)), DATA_TYPE.int32),
      totalSequenceLength: Cast(g, Shape(g, mask, 1, 2), DATA_TYPE.int32),
    },
  });
  const logits = await languageHead(g, decoder, weights, lastTokens(g, hidden, keep));
  g.output(logits, 'logits', 'float32', ['batch_size', 'kept', decoder.vocabSize]);
  return g.build();
}

/** The last `keep` tokens of `hidden` [b, s, hidden]; all of them where `keep` is 0. */
function lastTokens(g: GraphBuilder, hidden: Value, keep: Value): Value {
  const start = Reshape(g, Sub(g, g.int64(0), keep), [1]);
  return g.node('Slice', [hidden, start, g.int64([2 ** 31 - 1]), g.int64([1])]);
}

type Json = Record<string, unknown>;

async function configFiles(
  checkpoint: Checkpoint,
  { config, spec }: OpenedModel,
): Promise<Map<string, Json>> {
  const { vision, decoder } = config;
  const { imageProcessor } = spec;
  if (vision.kind !== 'clip' || imageProcessor.kind !== 'fixed') {
    throw new Error(
      `Models of the family ${spec.family} cannot be exported for transformers.js yet; llava can.`,
    );
  }
  const original = await checkpoint.readJson('config.json');
  const { patchSize, imageSize } = vision.tower;
  const patches = Math.floor(imageSize / patchSize) ** 2;
  const files = new Map<string, Json>([
    [
      'config.json',
      {
        ...original,
        image_token_index: spec.imageTokenId,
        text_config: {
          ...(original['text_config'] as Json),
          // transformers.js has no defaults of its own for these.
          hidden_size: decoder.hiddenSize,
          num_hidden_layers: decoder.layers,
          num_attention_heads: decoder.heads,
          num_key_value_heads: decoder.kvHeads,
          head_dim: decoder.headDim,
        },
        // In browsers its default is an 8-bit file, which this folder does not have.
        'transformers.js_config': { dtype: 'fp32' },
      },
    ],
    ['preprocessor_config.json', preprocessorConfig(imageProcessor)],
  ]);
  if (await checkpoint.has('tokenizer_config.json')) {
    files.set('tokenizer_config.json', await tokenizerConfig(checkpoint));
    files.set('processor_config.json', {
      processor_class: 'LlavaProcessor',
      image_token: await imageToken(checkpoint, spec.imageTokenId),
      patch_size: patchSize,
      vision_feature_select_strategy: 'full',
      num_additional_image_tokens: clipTokens(vision) - patches,
    });
  }
  return files;
}

function preprocessorConfig(processor: FixedProcessor): Json {
  const { width, height, shortestEdge } = processor;
  return {
    image_processor_type: 'CLIPImageProcessor',
    processor_class: 'LlavaProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: shortestEdge === undefined ? { width, height } : { shortest_edge: shortestEdge },
    resample: processor.resample,
    do_center_crop: shortestEdge !== undefined,
    ...(shortestEdge === undefined ? {} : { crop_size: { width, height } }),
    do_rescale: true,
    rescale_factor: processor.rescaleFactor,
    do_normalize: true,
    image_mean: processor.mean,
    image_std: processor.std,
  };
}

/** transformers.js reads the chat template from this file only. */
async function tokenizerConfig(checkpoint: Checkpoint): Promise<Json> {
  const json = await checkpoint.readJson('tokenizer_config.json');
  if (json['chat_template'] !== undefined) return json;
  if (await checkpoint.has('chat_template.jinja')) {
    return { ...json, chat_template: await checkpoint.readText('chat_template.jinja') };
  }
  if (await checkpoint.has('chat_template.json')) {
    return { ...json, ...(await checkpoint.readJson('chat_template.json')) };
  }
  return json;
}

/** The text of the image token, as the tokenizer has it. */
async function imageToken(checkpoint: Checkpoint, id: number): Promise<string> {
  const { added_tokens: added } = await checkpoint.readJson('tokenizer.json');
  const found = Array.isArray(added) ? added.find((token) => token?.id === id) : undefined;
  if (typeof found?.content !== 'string') {
    throw new Error(
      `tokenizer.json lists no added token with the id ${id}, which config.json names as the image token.`,
    );
  }
  return found.content;
}
