/**
 * The operators that our graphs use, as functions with ONNX's own names (the second half are
 * onnxruntime's, domain com.microsoft). All of them exist on the cpu, wasm and webgpu providers; where
 * webgpu does not take a type (int64 in most), onnxruntime runs the node on the CPU.
 */
import { type GraphBuilder, MICROSOFT, type Value } from './builder.ts';

export function Add(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Add', [a, b]);
}

export function And(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('And', [a, b]);
}

/** Along one axis, the first place of the largest value; the axis goes. */
export function ArgMax(g: GraphBuilder, input: Value, axis: number): Value {
  return g.node('ArgMax', [input], { axis, keepdims: 0 });
}

/** `to` is the ONNX data type code. */
export function Cast(g: GraphBuilder, input: Value, to: number): Value {
  return g.node('Cast', [input], { to });
}

/** Values below `low` or above `high` become that. */
export function Clip(g: GraphBuilder, input: Value, low: number, high: number): Value {
  return g.node('Clip', [input, g.float32(low), g.float32(high)]);
}

export function Concat(g: GraphBuilder, inputs: readonly Value[], axis: number): Value {
  return g.node('Concat', inputs, { axis });
}

/** A convolution without padding. */
export function Conv(
  g: GraphBuilder,
  input: Value,
  weight: Value,
  strides: readonly number[],
  bias?: Value,
): Value {
  return g.node('Conv', bias === undefined ? [input, weight] : [input, weight, bias], { strides });
}

/** Running sums along one axis, each place's own value included. */
export function CumSum(g: GraphBuilder, input: Value, axis: number): Value {
  return g.node('CumSum', [input, g.int64(axis)]);
}

/** Of integers: rounded towards zero. */
export function Div(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Div', [a, b]);
}

export function Equal(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Equal', [a, b]);
}

export function Expand(g: GraphBuilder, input: Value, shape: Value): Value {
  return g.node('Expand', [input, shape]);
}

export function Gather(g: GraphBuilder, data: Value, indices: Value, axis = 0): Value {
  return g.node('Gather', [data, indices], { axis });
}

export function Greater(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Greater', [a, b]);
}

export function LayerNormalization(
  g: GraphBuilder,
  input: Value,
  scale: Value,
  bias: Value,
  epsilon: number,
): Value {
  return g.node('LayerNormalization', [input, scale, bias], {
    axis: -1,
    epsilon: { float: epsilon },
  });
}

export function Less(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Less', [a, b]);
}

export function LessOrEqual(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('LessOrEqual', [a, b]);
}

export function MatMul(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('MatMul', [a, b]);
}

export function Max(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Max', [a, b]);
}

/** Of integers: the remainder, with the divisor's sign. */
export function Mod(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Mod', [a, b]);
}

export function Mul(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Mul', [a, b]);
}

export function Or(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Or', [a, b]);
}

/**
 * Puts `value` before and behind: `pads` int64 `[2 · rank]`, places at the beginning of each axis and then
 * at its end.
 */
export function Pad(g: GraphBuilder, input: Value, pads: Value, value: number): Value {
  return g.node('Pad', [input, pads, g.float32(value)]);
}

/** 0, 1, …, limit − 1 for an int64 scalar `limit`. */
export function Range(g: GraphBuilder, limit: Value): Value {
  return g.node('Range', [g.int64(0), limit, g.int64(1)]);
}

/** The largest of all values, as a scalar. */
export function ReduceMax(g: GraphBuilder, input: Value): Value {
  return g.node('ReduceMax', [input], { keepdims: 0 });
}

export function ReduceSum(g: GraphBuilder, input: Value, axes: readonly number[]): Value {
  return g.node('ReduceSum', [input, g.int64(axes)], { keepdims: 0 });
}

export function Relu(g: GraphBuilder, input: Value): Value {
  return g.node('Relu', [input]);
}

/** `shape` may hold 0 (keep this axis) and one -1 (what is left). */
export function Reshape(g: GraphBuilder, input: Value, shape: readonly number[]): Value {
  return g.node('Reshape', [input, g.int64(shape)]);
}

/** `data` with `updates` at `indices`, all of one axis. */
export function ScatterElements(
  g: GraphBuilder,
  data: Value,
  indices: Value,
  updates: Value,
): Value {
  return g.node('ScatterElements', [data, indices, updates], { axis: 0 });
}

/** The sizes of the axes `start` up to `end` (exclusive) as an int64 vector. */
export function Shape(g: GraphBuilder, input: Value, start: number, end: number): Value {
  return g.node('Shape', [input], { start, end });
}

/** `input[starts:ends]` along one axis. */
export function Slice(
  g: GraphBuilder,
  input: Value,
  start: number,
  end: number,
  axis: number,
): Value {
  return g.node('Slice', [input, g.int64([start]), g.int64([end]), g.int64([axis])]);
}

/** Over the last axis. */
export function Softmax(g: GraphBuilder, input: Value): Value {
  return g.node('Softmax', [input], { axis: -1 });
}

export function Squeeze(g: GraphBuilder, input: Value, axes: readonly number[]): Value {
  return g.node('Squeeze', [input, g.int64(axes)]);
}

export function Sub(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Sub', [a, b]);
}

export function Tanh(g: GraphBuilder, input: Value): Value {
  return g.node('Tanh', [input]);
}

export function Transpose(g: GraphBuilder, input: Value, perm: readonly number[]): Value {
  return g.node('Transpose', [input], { perm });
}

export function Unsqueeze(g: GraphBuilder, input: Value, axes: readonly number[]): Value {
  return g.node('Unsqueeze', [input, g.int64(axes)]);
}

export function Where(g: GraphBuilder, condition: Value, a: Value, b: Value): Value {
  return g.node('Where', [condition, a, b]);
}

/** RMS normalisation over the last axis. onnxruntime keeps it in ONNX's domain, though ONNX lacks it. */
export function SimplifiedLayerNormalization(
  g: GraphBuilder,
  input: Value,
  scale: Value,
  epsilon: number,
): Value {
  return g.node('SimplifiedLayerNormalization', [input, scale], {
    axis: -1,
    epsilon: { float: epsilon },
    stash_type: 1,
  });
}

/** `x · Φ(x)` with the error function. */
export function Gelu(g: GraphBuilder, input: Value): Value {
  return g.node('Gelu', [input], {}, MICROSOFT);
}

/** Gelu by its tanh approximation. */
export function FastGelu(g: GraphBuilder, input: Value): Value {
  return g.node('FastGelu', [input], {}, MICROSOFT);
}

/** `x · sigmoid(alpha · x)`: CLIP's quick gelu at 1.702, SiLU at 1. */
export function QuickGelu(g: GraphBuilder, input: Value, alpha: number): Value {
  return g.node('QuickGelu', [input], { alpha: { float: alpha } }, MICROSOFT);
}

/**
 * Attention of every token to every token. `query`, `key`, `value`: `[b, s, heads · head size]`; `bias`
 * f32 `[b, 1, s, s]` is added to the products of queries and keys.
 */
export function MultiHeadAttention(
  g: GraphBuilder,
  query: Value,
  key: Value,
  value: Value,
  heads: number,
  bias?: Value,
): Value {
  const inputs = [query, key, value, ...(bias === undefined ? [] : ['', '', bias])];
  return g.node('MultiHeadAttention', inputs, { num_heads: heads }, MICROSOFT);
}

/**
 * Rotates `input` `[b, s, heads · head size]` by the table rows that `rows` `[b, s]` (int64) names; one
 * alone, `[1]`, is the first token's row, the others count on.
 * `heads` and `dim` are needed only where just a part of each head is rotated.
 */
export function RotaryEmbedding(
  g: GraphBuilder,
  input: Value,
  rows: Value,
  cos: Value,
  sin: Value,
  partial?: { heads: number; dim: number },
): Value {
  const attributes: Record<string, number> = partial
    ? { num_heads: partial.heads, rotary_embedding_dim: partial.dim }
    : {};
  return g.node('RotaryEmbedding', [input, rows, cos, sin], attributes, MICROSOFT);
}

export interface GroupQueryAttentionInputs {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** int32 `[b]`: valid tokens of each row, past included, minus 1. */
  readonly seqlensK: Value;
  /** int32: the longest row's tokens, past included. */
  readonly totalSequenceLength: Value;
}

export interface GroupQueryAttentionSettings {
  readonly heads: number;
  readonly kvHeads: number;
  /** Factor on the products of queries and keys; `1 / sqrt(head size)` where left out. */
  readonly scale?: number;
  /** Attention logits are kept within ± this. */
  readonly softcap?: number;
  /** A token sees this many tokens, the last of them itself: measured on every provider. */
  readonly window?: number;
}

/** Causal attention over already rotated queries and keys; gives output, present key, present value. */
export function GroupQueryAttention(
  g: GraphBuilder,
  inputs: GroupQueryAttentionInputs,
  { heads, kvHeads, scale, softcap, window }: GroupQueryAttentionSettings,
): [output: Value, presentKey: Value, presentValue: Value] {
  const { query, key, value, pastKey, pastValue, seqlensK, totalSequenceLength } = inputs;
  return g.nodeOutputs(
    'GroupQueryAttention',
    [query, key, value, pastKey, pastValue, seqlensK, totalSequenceLength],
    3,
    {
      num_heads: heads,
      kv_num_heads: kvHeads,
      do_rotary: 0,
      ...(scale === undefined ? {} : { scale: { float: scale } }),
      ...(softcap === undefined ? {} : { softcap: { float: softcap } }),
      ...(window === undefined ? {} : { local_window_size: window }),
    },
    MICROSOFT,
  ) as [Value, Value, Value];
}
