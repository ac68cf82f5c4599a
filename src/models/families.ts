/** The table of families, and the way from a checkpoint to graphs. */
import { checkedGraph } from '../onnx/check.ts';
import { inlineData } from '../onnx/external-data.ts';
import { type Graph, modelFromGraph } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/proto.ts';
import { withAttentionTaps } from './attention-taps.ts';
import type { Checkpoint } from './checkpoint.ts';
import { buildDecoderGraph } from './decoder.ts';
import { buildEmbedGraph } from './embed.ts';
import type { Family, FamilyConfig } from './family.ts';
import { Fields } from './fields.ts';
import { GEMMA3 } from './gemma3.ts';
import { LLAVA } from './llava.ts';
import { LLAVA_NEXT } from './llava-next.ts';
import { QWEN2_5_VL, QWEN2_VL } from './qwen.ts';
import type { ModelSpec } from './spec.ts';
import { visionEncoder } from './vision.ts';
import type { ComputeType } from './compute.ts';
import { type PartFormats, PLANS } from './formats.ts';
import { openWeights, type Weights } from './weights.ts';

/** By the config's `model_type`. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  gemma3: GEMMA3,
  llava: LLAVA,
  llava_next: LLAVA_NEXT,
  qwen2_vl: QWEN2_VL,
  qwen2_5_vl: QWEN2_5_VL,
};

/** Three encoded ONNX models, weights inside; their inputs and outputs are named at their builders. */
export interface ModelBundle {
  readonly spec: ModelSpec;
  /** Pictures to `image_features`; its inputs are those of `VisionEncoder.runs`. */
  readonly vision: Uint8Array;
  readonly embed: Uint8Array;
  readonly decoder: Uint8Array;
}

/**
 * How a model is stored that is built to compute in a type. Nothing is lost by a head in float32, which
 * its graphs compute in float32 then.
 */
const BUILT: Readonly<Record<ComputeType, PartFormats>> = {
  float32: PLANS.fp32,
  float16: { ...PLANS.fp16, head: 'fp32' },
};

/** A checkpoint's config, read and checked, with its weights at hand. */
export interface OpenedModel {
  readonly spec: ModelSpec;
  readonly config: FamilyConfig;
  readonly weights: Weights;
}

/** The JSON files of a checkpoint, which a converted model keeps. */
export type ModelSettings = Pick<Checkpoint, 'has' | 'readJson'>;

/**
 * Reads and checks the JSON files of a folder, with weights that are to be stored in `formats` and
 * computed with in `compute`, float32 where left out. Throws sentences that name file, field and value.
 */
export async function openModel(
  checkpoint: Checkpoint,
  formats?: PartFormats,
  compute?: ComputeType,
): Promise<OpenedModel> {
  const { family, config, spec } = await readSettings(checkpoint);
  return { config, spec, weights: openWeights(checkpoint, family.prefixes, formats, compute) };
}

/** What a model is, without its weights. */
export async function readSpec(settings: ModelSettings): Promise<ModelSpec> {
  return (await readSettings(settings)).spec;
}

async function readSettings(
  checkpoint: ModelSettings,
): Promise<{ family: Family; config: FamilyConfig; spec: ModelSpec }> {
  const json = new Fields('config.json', await checkpoint.readJson('config.json'));
  const name = json.choice('model_type', Object.keys(FAMILIES));
  const family = FAMILIES[name] as Family;
  const config = family.parse(json);
  const { decoder, vision, imageTokenId, imagePrompt } = config;
  return {
    family,
    config,
    spec: {
      family: name,
      decoder,
      vision,
      imageProcessor: family.parseProcessor(await readProcessor(checkpoint), config),
      viewTokens: visionEncoder(vision).viewTokens(vision),
      imageTokenId,
      imagePrompt,
      eosTokenIds: await readEosTokenIds(checkpoint, json),
    },
  };
}

/**
 * Builds the three graphs of a checkpoint, with weights as wide as what is computed in, and the decoder
 * with attention taps where they are asked for.
 */
export async function buildModel(
  checkpoint: Checkpoint,
  { compute = 'float32', taps = false }: { compute?: ComputeType; taps?: boolean } = {},
): Promise<ModelBundle> {
  const { spec, config, weights } = await openModel(checkpoint, BUILT[compute], compute);
  const decoder = await buildDecoderGraph(config.decoder, weights);
  return {
    spec,
    vision: await encodeGraph(await buildVisionGraph(config, weights)),
    embed: await encodeGraph(buildEmbedGraph(config.decoder, weights)),
    decoder: await encodeGraph(taps ? withAttentionTaps(decoder) : decoder),
  };
}

/** Checks a graph, reads its weights into it and encodes it. */
export async function encodeGraph(graph: Graph): Promise<Uint8Array> {
  return encodeModel(modelFromGraph(await inlineData(checkedGraph(graph))));
}

/** Tower and projector: the inputs of `VisionEncoder.runs` to `image_features`. */
export function buildVisionGraph(config: FamilyConfig, weights: Weights): Promise<Graph> {
  return visionEncoder(config.vision).build(config.vision, weights);
}

async function readProcessor(checkpoint: ModelSettings): Promise<Fields> {
  const file = 'preprocessor_config.json';
  if (await checkpoint.has(file)) return new Fields(file, await checkpoint.readJson(file));
  const combined = 'processor_config.json';
  return new Fields(combined, await checkpoint.readJson(combined)).section('image_processor');
}

/** Stop tokens: of the generation config, else of the config, else Llama's default. */
async function readEosTokenIds(checkpoint: ModelSettings, config: Fields): Promise<number[]> {
  const file = 'generation_config.json';
  const sources = config.has('text_config') ? [config, config.section('text_config')] : [config];
  if (await checkpoint.has(file)) {
    sources.unshift(new Fields(file, await checkpoint.readJson(file)));
  }
  const source = sources.find((fields) => fields.has('eos_token_id'));
  if (!source) return [2];
  const value = source.json['eos_token_id'];
  const ids = Array.isArray(value) ? value : [value];
  if (!ids.every((id) => Number.isSafeInteger(id))) {
    throw source.error('eos_token_id', 'a token id or a list of them');
  }
  return ids as number[];
}
