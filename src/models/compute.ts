/**
 * The type in which a graph computes. Under float16 linear layers, rotation, attention and the cache
 * are half floats. In float32 stay what half floats cannot hold or would round too much: the residual
 * stream, which outgrows their largest number in some families (Gemma 3), norms and softmax, whose sums
 * need the digits, and everything that the runtime exchanges with a graph but its cache: embeddings,
 * image features, rotary tables, logits.
 */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { Cast } from '../onnx/ops.ts';
import { DATA_TYPE } from '../onnx/schema.ts';

export const COMPUTE_TYPES = ['float32', 'float16'] as const;
export type ComputeType = (typeof COMPUTE_TYPES)[number];

/** A float32 value in the type that is computed in. */
export function toCompute(g: GraphBuilder, value: Value, compute: ComputeType): Value {
  return castFloats(g, value, 'float32', compute);
}

/** A value of the type that is computed in, as float32. */
export function fromCompute(g: GraphBuilder, value: Value, compute: ComputeType): Value {
  return castFloats(g, value, compute, 'float32');
}

/** The value itself where the types are one. */
export function castFloats(
  g: GraphBuilder,
  value: Value,
  from: ComputeType,
  to: ComputeType,
): Value {
  return from === to ? value : Cast(g, value, DATA_TYPE[to]);
}
