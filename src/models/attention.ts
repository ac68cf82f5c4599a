/** Self-attention of a decoder layer: projections, rotation, cache, and one of two kernels. */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { GroupQueryAttention, Reshape, RotaryEmbedding } from '../onnx/ops.ts';
import { type ComputeType, toCompute } from './compute.ts';
import type { DecoderConfig } from './config.ts';
import type { Part } from './layers.ts';
import {
  declaredColumns,
  twoWayAttention,
  type TwoWayMasks,
  twoWayMasks,
} from './two-way-attention.ts';

/** Rotary tables of a kind of layer, of the type that is computed in: `[rows, dim / 2]`. */
export interface Tables {
  readonly cos: Value;
  readonly sin: Value;
}

/** What every layer reads besides the hidden states. */
export interface AttentionContext {
  readonly tables: Tables;
  /** Of layers with a window, where they have their own. */
  readonly localTables: Tables;
  /** int64 `[b, s]`: rows of the tables. */
  readonly rotaryIndex: Value;
  readonly scope: CausalScope | TwoWayMasks;
}

/** How far a causal layer sees: onnxruntime's own inputs. */
export interface CausalScope {
  readonly kind: 'causal';
  /** int32 `[b]`: valid tokens of a row, past included, minus 1. */
  readonly seqlensK: Value;
  /** int32: the longest row's tokens, past included. */
  readonly totalSequenceLength: Value;
}

/** Declares the inputs that attention needs; see `buildDecoderGraph` for their meaning. */
export function attentionContext(
  g: GraphBuilder,
  config: DecoderConfig,
  compute: ComputeType,
): AttentionContext {
  const table = (name: string, dim: number) =>
    toCompute(g, g.input(name, 'float32', ['rows', dim / 2]), compute);
  const tables = (prefix: string, dim: number): Tables => ({
    cos: table(`${prefix}cos_cache`, dim),
    sin: table(`${prefix}sin_cache`, dim),
  });
  const { rotary, localRotary } = config;
  const own = tables('', rotary.dim);
  return {
    tables: own,
    localTables: localRotary ? tables('local_', localRotary.dim) : own,
    rotaryIndex: g.input('rotary_index', 'int64', ['batch_size', 'sequence']),
    scope:
      config.attention === 'causal'
        ? causalScope(g)
        : twoWayMasks(g, declaredColumns(g), config.windows),
  };
}

function causalScope(g: GraphBuilder): CausalScope {
  return {
    kind: 'causal',
    seqlensK: g.input('seqlens_k', 'int32', ['batch_size']),
    totalSequenceLength: g.input('total_sequence_length', 'int32', [1]),
  };
}

/** The settings of every norm of a decoder. */
export function normSettings(config: DecoderConfig): { epsilon: number; offset: 0 | 1 } {
  return { epsilon: config.rmsNormEpsilon, offset: config.normOffset };
}

/**
 * `input` [b, s, hidden], normalised, to [b, s, hidden], both of the type that is computed in; declares
 * the layer's cache, which is of that type too.
 */
export async function attention(
  part: Part,
  config: DecoderConfig,
  layer: number,
  input: Value,
  context: AttentionContext,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, heads, kvHeads, headDim, qkvBias, outputBias } = config;
  const scope = `layers.${layer}.self_attn`;
  const window = config.windows[layer] ?? null;
  const project = (name: string, count: number) =>
    part.linear(input, `${scope}.${name}`, hiddenSize, count * headDim, qkvBias);
  const normed = async (value: Value, name: string, count: number) =>
    config.qkNorm ? normHeads(part, config, value, `${scope}.${name}`, count) : value;
  const tables = window === null ? context.tables : context.localTables;
  const rotate = (value: Value, count: number) =>
    RotaryEmbedding(
      g,
      value,
      context.rotaryIndex,
      tables.cos,
      tables.sin,
      config.rotary.dim < headDim ? { heads: count, dim: config.rotary.dim } : undefined,
    );
  const query = rotate(await normed(await project('q_proj', heads), 'q_norm', heads), heads);
  const key = rotate(await normed(await project('k_proj', kvHeads), 'k_norm', kvHeads), kvHeads);
  const value = await project('v_proj', kvHeads);
  // transformers.js makes an empty cache from this declaration, and looks for the name `batch_size`.
  const cacheShape = ['batch_size', kvHeads, 'past', headDim];
  const presentShape = ['batch_size', kvHeads, 'total', headDim];
  const inputs = {
    query,
    key,
    value,
    pastKey: g.input(`past_key_values.${layer}.key`, part.compute, cacheShape),
    pastValue: g.input(`past_key_values.${layer}.value`, part.compute, cacheShape),
  };
  const [output, presentKey, presentValue] =
    context.scope.kind === 'causal'
      ? GroupQueryAttention(g, { ...inputs, ...context.scope }, causalSettings(config, window))
      : twoWayAttention(
          part,
          config,
          inputs,
          window === null ? context.scope.all : context.scope.local,
        );
  g.output(presentKey, `present.${layer}.key`, part.compute, presentShape);
  g.output(presentValue, `present.${layer}.value`, part.compute, presentShape);
  return part.linear(output, `${scope}.o_proj`, heads * headDim, hiddenSize, outputBias);
}

function causalSettings(config: DecoderConfig, window: number | null) {
  const { heads, kvHeads, attentionScale, attentionSoftcap } = config;
  return {
    heads,
    kvHeads,
    scale: attentionScale,
    ...(attentionSoftcap === null ? {} : { softcap: attentionSoftcap }),
    ...(window === null ? {} : { window }),
  };
}

/** RMS normalisation of every head of [b, s, heads · head size] on its own. */
async function normHeads(
  part: Part,
  config: DecoderConfig,
  value: Value,
  name: string,
  heads: number,
): Promise<Value> {
  const { g } = part;
  const { headDim } = config;
  const split = Reshape(g, part.widen(value), [0, 0, heads, headDim]);
  const normed = await part.rmsNorm(split, name, headDim, normSettings(config));
  return part.narrow(Reshape(g, normed, [0, 0, heads * headDim]));
}
