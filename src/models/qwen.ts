/** Qwen2-VL and Qwen2.5-VL: a tower over patches at the picture's own shape, Qwen2 decoder, M-RoPE. */
import type { PatchedProcessor } from '../tensor/image-processor.ts';
import {
  ACTIVATIONS,
  type DecoderConfig,
  type DecoderDefaults,
  parseDecoder,
  parsePixelScaling,
} from './config.ts';
import type { Family, FamilyConfig } from './family.ts';
import { Fields, type JsonObject } from './fields.ts';
import { parseImageToken, tiedHead } from './llava.ts';
import type { QwenVisionConfig } from './qwen-vision.ts';
import type { RotarySpec } from './spec.ts';

/** transformers' `Qwen2VLTextConfig` and `Qwen2_5_VLTextConfig`. */
const TEXT: DecoderDefaults = {
  hiddenSize: 8192,
  heads: 64,
  kvHeads: 8,
  layers: 80,
  vocabSize: 152064,
  intermediateSize: 29568,
  contextLength: 32768,
  ropeTheta: 1_000_000,
};

export const QWEN2_VL: Family = family(parseQwen2Vision);
export const QWEN2_5_VL: Family = family(parseQwen25Vision);

function family(parseVision: (vision: Fields) => QwenVisionConfig): Family {
  return {
    // Newest layout first: transformers 5 in memory, then what was published for version 4.
    prefixes: {
      decoder: ['model.language_model.', 'model.'],
      head: ['lm_head.'],
      vision: ['model.visual.', 'visual.'],
    },
    parse(config) {
      // Published configs hold the text fields at their top level.
      const text = config.has('text_config') ? config.section('text_config') : config;
      const decoder = parseQwenDecoder(text, tiedHead(config, text));
      const vision = parseVision(config.section('vision_config'));
      if (vision.outputSize !== decoder.hiddenSize)
        throw new Error(
          `${config.where}: the vision encoder puts out rows of ${vision.outputSize}, but the decoder takes rows of ${decoder.hiddenSize}.`,
        );
      return { decoder, vision, ...parseImageToken(config, 151655) };
    },
    parseProcessor: parsePatchedProcessor,
  };
}

function parseQwenDecoder(text: Fields, tied: boolean): DecoderConfig {
  const decoder = parseDecoder(plainRope(text), TEXT, tied);
  return {
    ...decoder,
    rmsNormEpsilon: text.number('rms_norm_eps', 1e-5),
    qkvBias: true,
    rotary: withSections(decoder.rotary, text),
    windows: parseWindows(text, decoder.layers),
  };
}

/** `mrope` says how frequencies are shared out between axes; the frequencies are the plain ones. */
function plainRope(text: Fields): Fields {
  const field = ropeField(text);
  const rope = text.has(field) ? text.section(field).json : {};
  if ((rope['rope_type'] ?? rope['type']) !== 'mrope') return text;
  return new Fields(text.where, { ...text.json, [field]: { ...rope, rope_type: 'default' } });
}

function ropeField(text: Fields): string {
  return text.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling';
}

/** The k-th section of frequencies is driven by the axis k mod 3: time, height, width. */
function withSections(rotary: RotarySpec, text: Fields): RotarySpec {
  const field = ropeField(text);
  const rope = text.has(field) ? text.section(field) : new Fields(`${text.where}, ${field}`, {});
  const sections = rope.has('mrope_section') ? wholeNumbers(rope, 'mrope_section') : [16, 24, 24];
  const axisOfFrequency = Uint32Array.from(
    sections.flatMap((count, k) => Array<number>(count).fill(k % 3)),
  );
  if (axisOfFrequency.length !== rotary.dim / 2)
    throw rope.error('mrope_section', `sizes that sum up to ${rotary.dim / 2}, half a head`);
  return { ...rotary, axes: 3, axisOfFrequency };
}

/** A window counts only where the config turns it on, and then for the layers from one on. */
function parseWindows(text: Fields, layers: number): (number | null)[] {
  if (!text.flag('use_sliding_window', false)) return Array<null>(layers).fill(null);
  const window = text.count('sliding_window', 4096);
  const full = text.integer('max_window_layers', 80);
  const types = text.json['layer_types'];
  return Array.from({ length: layers }, (_, layer) => {
    const slides = Array.isArray(types) ? types[layer] === 'sliding_attention' : layer >= full;
    return slides ? window : null;
  });
}

/** What both towers share; `hiddenSize` is the tower's own width. */
function parseTower(vision: Fields, hiddenSize: number) {
  const heads = vision.count('num_heads', 16);
  if (hiddenSize % (4 * heads) !== 0)
    throw new Error(
      `${vision.where}: the tower's width ${hiddenSize} should be a multiple of 4 times its ${heads} heads, because each head has its frequencies for height and for width.`,
    );
  const rope: JsonObject = vision.has('rope_parameters')
    ? vision.section('rope_parameters').json
    : {};
  return {
    kind: 'qwen',
    hiddenSize,
    heads,
    layers: vision.count('depth', 32),
    channels: vision.count('in_channels', 3),
    patchSize: vision.count('patch_size', 14),
    temporalPatchSize: vision.count('temporal_patch_size', 2),
    mergeSize: vision.count('spatial_merge_size', 2),
    ropeTheta: new Fields(vision.where, rope).number('rope_theta', 10000),
  } as const;
}

/** transformers' `Qwen2VLVisionConfig`: its `hidden_size` is the decoder's, `embed_dim` the tower's. */
function parseQwen2Vision(vision: Fields): QwenVisionConfig {
  const tower = parseTower(vision, vision.count('embed_dim', 1280));
  return {
    ...tower,
    outputSize: vision.count('hidden_size', 3584),
    norm: 'layer',
    mlp: 'plain',
    intermediateSize: Math.floor(tower.hiddenSize * vision.number('mlp_ratio', 4)),
    activation: vision.choice('hidden_act', ACTIVATIONS, 'quick_gelu'),
    windows: null,
  };
}

/** transformers' `Qwen2_5_VLVisionConfig`. */
function parseQwen25Vision(vision: Fields): QwenVisionConfig {
  const tower = parseTower(vision, vision.count('hidden_size', 3584));
  const pixels = vision.count('window_size', 112);
  const side = Math.floor(Math.floor(pixels / tower.mergeSize) / tower.patchSize);
  if (side < 1)
    throw vision.error('window_size', 'at least as many pixels as the patches of an image token');
  const fullLayers = vision.has('fullatt_block_indexes')
    ? wholeNumbers(vision, 'fullatt_block_indexes')
    : [7, 15, 23, 31];
  return {
    ...tower,
    outputSize: vision.count('out_hidden_size', 3584),
    norm: 'rms',
    mlp: 'gated',
    intermediateSize: vision.count('intermediate_size', 3420),
    activation: vision.choice('hidden_act', ACTIVATIONS, 'silu'),
    windows: { side, fullLayers },
  };
}

function wholeNumbers(fields: Fields, name: string): number[] {
  const value = fields.json[name];
  if (Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0))
    return value as number[];
  throw fields.error(name, 'a list of whole numbers');
}

/** The pixel budget stands in `size`, or under its older names, which count where both stand. */
function parsePatchedProcessor(processor: Fields, config: FamilyConfig): PatchedProcessor {
  const { patchSize, temporalPatchSize, mergeSize } = config.vision as QwenVisionConfig;
  if (!processor.flag('do_resize', true)) throw processor.error('do_resize', 'true');
  const same = (field: string, byDefault: number, expected: number) => {
    if (processor.count(field, byDefault) !== expected)
      throw processor.error(field, `${expected}, as the vision tower has it`);
  };
  same('patch_size', 14, patchSize);
  same('temporal_patch_size', 2, temporalPatchSize);
  same('merge_size', 2, mergeSize);
  const size = processor.has('size') ? processor.section('size') : undefined;
  const pixels = (older: string, edge: string, byDefault: number) =>
    processor.has(older)
      ? processor.count(older)
      : (size?.count(edge, size.has(older) ? size.count(older) : byDefault) ?? byDefault);
  return {
    kind: 'patched',
    patchSize,
    temporalPatchSize,
    mergeSize,
    minPixels: pixels('min_pixels', 'shortest_edge', 56 * 56),
    maxPixels: pixels('max_pixels', 'longest_edge', 28 * 28 * 1280),
    ...parsePixelScaling(processor),
  };
}
