/**
 * The vision towers of Qwen2-VL and Qwen2.5-VL: patches in merge order, rotated by height and width,
 * attending to all of their picture or to windows of it, merged to image tokens.
 */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import {
  Add,
  Expand,
  Gather,
  LayerNormalization,
  Less,
  MatMul,
  Max,
  Mul,
  MultiHeadAttention,
  Reshape,
  RotaryEmbedding,
  Shape,
  Slice,
  Concat,
  Unsqueeze,
  Where,
} from '../onnx/ops.ts';
import { transposed } from '../tensor/convert.ts';
import { type ComputeType, toCompute } from './compute.ts';
import type { Activation } from './config.ts';
import { activate, Part } from './layers.ts';
import type { Weights } from './weights.ts';

export interface QwenVisionConfig {
  readonly kind: 'qwen';
  readonly hiddenSize: number;
  /** The decoder's width. */
  readonly outputSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  readonly patchSize: number;
  readonly temporalPatchSize: number;
  /** Patches of a side that become one image token. */
  readonly mergeSize: number;
  readonly norm: 'layer' | 'rms';
  readonly mlp: 'plain' | 'gated';
  readonly activation: Activation;
  readonly ropeTheta: number;
  /** Layers but `fullLayers` see windows of `side` × `side` image tokens; null: all see everything. */
  readonly windows: { readonly side: number; readonly fullLayers: readonly number[] } | null;
}

/** Of every norm of both towers, written into their code. */
const NORM_EPSILON = 1e-6;
/** Bias of what a patch must not look at. Finite, so that a slot of padding does not become NaN. */
const HIDDEN: Readonly<Record<ComputeType, number>> = { float32: -1e30, float16: -3e4 };

/** Numbers of a patch, as `pixel_values` has them. */
export function patchLength(config: QwenVisionConfig): number {
  return config.channels * config.temporalPatchSize * config.patchSize ** 2;
}

/** Patches that attend to each other, group by group. */
export interface PatchGroups {
  /** int64 `[groups, slots]`: the patch in each slot, −1 where the slot is padding. */
  readonly patches: Value;
  /** int64 `[patches]`: where each patch lies among all slots. */
  readonly slots: Value;
}

/** Where the patches lie: what the layers read besides the hidden states. */
export interface PatchPlaces {
  /** f32 `[patches, head size / 2]`. */
  readonly cos: Value;
  readonly sin: Value;
  /** Of layers with windows; null where no layer has them. */
  readonly windows: PatchGroups | null;
  /** Of layers without; null: all patches are one picture's, and see each other. */
  readonly frames: PatchGroups | null;
}

/** Groups as attention takes them. */
interface Grouping {
  /** Like `PatchGroups.patches`, with any patch where the slot is padding. */
  readonly patches: Value;
  /** f32 `[groups, 1, slots, slots]`: 0 for patches, HIDDEN for padding. */
  readonly bias: Value;
  readonly slots: Value;
}

interface Context {
  readonly cos: Value;
  readonly sin: Value;
  readonly windows: Grouping | null;
  readonly frames: Grouping | null;
}

/** Declares `pixel_values` f32 [patches, channels · time · side · side]. */
export function patchPixels(g: GraphBuilder, config: QwenVisionConfig): Value {
  return g.input('pixel_values', 'float32', ['patches', patchLength(config)]);
}

/**
 * Declares one picture's places: `patch_cos` and `patch_sin` f32 [patches, head size / 2], and where
 * layers have windows `window_patches` int64 [windows, slots] and `patch_slots` int64 [patches].
 */
export function declaredPlaces(g: GraphBuilder, config: QwenVisionConfig): PatchPlaces {
  const half = config.hiddenSize / config.heads / 2;
  return {
    cos: g.input('patch_cos', 'float32', ['patches', half]),
    sin: g.input('patch_sin', 'float32', ['patches', half]),
    windows: config.windows && {
      patches: g.input('window_patches', 'int64', ['windows', 'slots']),
      slots: g.input('patch_slots', 'int64', ['patches']),
    },
    frames: null,
  };
}

/** `pixels` of `patchPixels`, at their places, to f32 [image tokens, output size]. */
export async function qwenVisionTower(
  g: GraphBuilder,
  config: QwenVisionConfig,
  weights: Weights,
  pixels: Value,
  { cos, sin, windows, frames }: PatchPlaces,
): Promise<Value> {
  const part = new Part(g, weights, 'vision');
  const context: Context = {
    cos: part.narrow(cos),
    sin: part.narrow(sin),
    windows: windows && grouping(g, windows, part.compute),
    frames: frames && grouping(g, frames, part.compute),
  };
  let hidden = MatMul(g, pixels, await patchKernel(g, config, weights));
  for (let layer = 0; layer < config.layers; layer++)
    hidden = await block(part, config, layer, hidden, context);
  return merger(part, config, hidden);
}

function grouping(
  g: GraphBuilder,
  { patches: inSlots, slots }: PatchGroups,
  compute: ComputeType,
): Grouping {
  const padding = Less(g, inSlots, g.int64(0));
  const bias = toCompute(g, Where(g, padding, g.float32(HIDDEN[compute]), g.float32(0)), compute);
  const size = Shape(g, inSlots, 1, 2);
  const shape = Concat(g, [Shape(g, inSlots, 0, 1), g.int64([1]), size, size], 0);
  return {
    patches: Max(g, inSlots, g.int64(0)),
    bias: Expand(g, Unsqueeze(g, bias, [1, 2]), shape),
    slots,
  };
}

/** A convolution whose stride is its size is a product with flattened patches. */
async function patchKernel(
  g: GraphBuilder,
  config: QwenVisionConfig,
  weights: Weights,
): Promise<Value> {
  const { hiddenSize, channels, temporalPatchSize, patchSize } = config;
  const name = 'patch_embed.proj.weight';
  const shape = [hiddenSize, channels, temporalPatchSize, patchSize, patchSize];
  const kernel = await weights.read('vision', name, shape);
  const matrix = { ...kernel, shape: [hiddenSize, patchLength(config)] };
  return g.initializer(`vision.${name}.transposed`, transposed(matrix));
}

async function normalised(
  part: Part,
  config: QwenVisionConfig,
  name: string,
  input: Value,
): Promise<Value> {
  const { hiddenSize, norm } = config;
  if (norm === 'rms')
    return part.rmsNorm(input, name, hiddenSize, { epsilon: NORM_EPSILON, offset: 0 });
  const scale = await part.tensor(`${name}.weight`, [hiddenSize]);
  const bias = await part.tensor(`${name}.bias`, [hiddenSize]);
  return LayerNormalization(part.g, input, scale, bias, NORM_EPSILON);
}

async function block(
  part: Part,
  config: QwenVisionConfig,
  layer: number,
  input: Value,
  context: Context,
): Promise<Value> {
  const { g } = part;
  const scope = `blocks.${layer}`;
  const hasWindows = config.windows !== null && !config.windows.fullLayers.includes(layer);
  const groups = hasWindows ? context.windows : context.frames;
  const first = part.narrow(await normalised(part, config, `${scope}.norm1`, input));
  const attended = await attention(part, config, `${scope}.attn`, first, context, groups);
  const middle = Add(g, input, part.widen(attended));
  const second = part.narrow(await normalised(part, config, `${scope}.norm2`, middle));
  return Add(g, middle, part.widen(await mlp(part, config, `${scope}.mlp`, second)));
}

async function attention(
  part: Part,
  config: QwenVisionConfig,
  scope: string,
  input: Value,
  { cos, sin }: Context,
  groups: Grouping | null,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, heads } = config;
  const all = await part.linear(input, `${scope}.qkv`, hiddenSize, 3 * hiddenSize, true);
  const third = (k: number) =>
    Unsqueeze(g, Slice(g, all, k * hiddenSize, (k + 1) * hiddenSize, 1), [0]);
  // The tables' rows are the patches in their order: from row 0 on.
  const rotated = (k: number) => RotaryEmbedding(g, third(k), g.int64([0]), cos, sin);
  const rows = [rotated(0), rotated(1), third(2)] as const;
  const inGroups = (value: Value) =>
    groups ? Gather(g, Reshape(g, value, [-1, hiddenSize]), groups.patches) : value;
  const [query, key, value] = rows.map(inGroups) as [Value, Value, Value];
  const mixed = Reshape(g, MultiHeadAttention(g, query, key, value, heads, groups?.bias), [
    -1,
    hiddenSize,
  ]);
  const output = groups ? Gather(g, mixed, groups.slots) : mixed;
  return part.linear(output, `${scope}.proj`, hiddenSize, hiddenSize, true);
}

async function mlp(
  part: Part,
  config: QwenVisionConfig,
  scope: string,
  input: Value,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, intermediateSize, activation } = config;
  const wide = (name: string) =>
    part.linear(input, `${scope}.${name}`, hiddenSize, intermediateSize, true);
  const narrow = (value: Value, name: string) =>
    part.linear(value, `${scope}.${name}`, intermediateSize, hiddenSize, true);
  if (config.mlp === 'plain') return narrow(activate(g, activation, await wide('fc1')), 'fc2');
  const gate = activate(g, activation, await wide('gate_proj'));
  return narrow(Mul(g, gate, await wide('up_proj')), 'down_proj');
}

/** Patches that become one token lie next to each other, so a reshape joins them. */
async function merger(part: Part, config: QwenVisionConfig, hidden: Value): Promise<Value> {
  const { g } = part;
  const { hiddenSize, mergeSize, outputSize } = config;
  const joined = hiddenSize * mergeSize ** 2;
  const normed = part.narrow(await normalised(part, config, 'merger.ln_q', hidden));
  const units = Reshape(g, normed, [-1, joined]);
  const first = await part.linear(units, 'merger.mlp.0', joined, joined, true);
  const wide = activate(g, 'gelu', first);
  return part.widen(await part.linear(wide, 'merger.mlp.2', joined, outputSize, true));
}
