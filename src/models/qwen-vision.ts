/**
 * The vision towers of Qwen2-VL and Qwen2.5-VL for one picture: patches in merge order, rotated by
 * height and width, attending to all of the picture or to windows of it, merged to image tokens.
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

/** What the layers read besides the hidden states; numbers are of the type that is computed in. */
interface Context {
  /** `[patches, head size / 2]`. */
  readonly cos: Value;
  readonly sin: Value;
  readonly windows: WindowContext | null;
}

interface WindowContext {
  /** int64 `[windows, slots]`: the patch in each slot, any one where the slot is padding. */
  readonly patches: Value;
  /** `[windows, 1, slots, slots]`: 0 for patches, HIDDEN for padding. */
  readonly bias: Value;
  /** int64 `[patches]`: where each patch lies among all slots. */
  readonly slots: Value;
}

/**
 * Declares `pixel_values` f32 [patches, channels · time · side · side], `patch_cos` and `patch_sin` f32
 * [patches, head size / 2], and where layers have windows `window_patches` int64 [windows, slots] (−1:
 * padding) and `patch_slots` int64 [patches]. Gives f32 [image tokens, output size].
 */
export async function qwenVisionTower(
  g: GraphBuilder,
  config: QwenVisionConfig,
  weights: Weights,
): Promise<Value> {
  const part = new Part(g, weights, 'vision');
  const half = config.hiddenSize / config.heads / 2;
  const pixels = g.input('pixel_values', 'float32', ['patches', patchLength(config)]);
  const table = (name: string) => part.narrow(g.input(name, 'float32', ['patches', half]));
  const context: Context = {
    cos: table('patch_cos'),
    sin: table('patch_sin'),
    windows: config.windows && windowContext(g, part.compute),
  };
  let hidden = MatMul(g, pixels, await patchKernel(g, config, weights));
  for (let layer = 0; layer < config.layers; layer++)
    hidden = await block(part, config, layer, hidden, context);
  return merger(part, config, hidden);
}

function windowContext(g: GraphBuilder, compute: ComputeType): WindowContext {
  const inSlots = g.input('window_patches', 'int64', ['windows', 'slots']);
  const padding = Less(g, inSlots, g.int64(0));
  const bias = toCompute(g, Where(g, padding, g.float32(HIDDEN[compute]), g.float32(0)), compute);
  const windows = Shape(g, inSlots, 0, 1);
  const slots = Shape(g, inSlots, 1, 2);
  const shape = Concat(g, [windows, g.int64([1]), slots, slots], 0);
  return {
    patches: Max(g, inSlots, g.int64(0)),
    bias: Expand(g, Unsqueeze(g, bias, [1, 2]), shape),
    slots: g.input('patch_slots', 'int64', ['patches']),
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
  const windows = config.windows?.fullLayers.includes(layer) ? null : context.windows;
  const first = part.narrow(await normalised(part, config, `${scope}.norm1`, input));
  const attended = await attention(part, config, `${scope}.attn`, first, { ...context, windows });
  const middle = Add(g, input, part.widen(attended));
  const second = part.narrow(await normalised(part, config, `${scope}.norm2`, middle));
  return Add(g, middle, part.widen(await mlp(part, config, `${scope}.mlp`, second)));
}

async function attention(
  part: Part,
  config: QwenVisionConfig,
  scope: string,
  input: Value,
  { cos, sin, windows }: Context,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, heads } = config;
  const all = await part.linear(input, `${scope}.qkv`, hiddenSize, 3 * hiddenSize, true);
  const third = (k: number) =>
    Unsqueeze(g, Slice(g, all, k * hiddenSize, (k + 1) * hiddenSize, 1), [0]);
  // The tables' rows are the patches in their order: from row 0 on.
  const rotated = (k: number) => RotaryEmbedding(g, third(k), g.int64([0]), cos, sin);
  const rows = [rotated(0), rotated(1), third(2)] as const;
  const inWindows = (value: Value) =>
    windows ? Gather(g, Reshape(g, value, [-1, hiddenSize]), windows.patches) : value;
  const [query, key, value] = rows.map(inWindows) as [Value, Value, Value];
  const mixed = Reshape(g, MultiHeadAttention(g, query, key, value, heads, windows?.bias), [
    -1,
    hiddenSize,
  ]);
  const output = windows ? Gather(g, mixed, windows.slots) : mixed;
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
