/**
 * Rows that are padded on the left, as transformers.js's tokenizers pad for generation: onnxruntime's
 * causal attention takes a row's valid tokens to be its first ones, so that they are turned to the left
 * edge for the layers, and back behind them.
 */
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import {
  Add,
  ArgMax,
  Cast,
  Gather,
  Mod,
  Mul,
  Range,
  Reshape,
  Shape,
  Squeeze,
  Sub,
  Unsqueeze,
} from '../../onnx/ops.ts';
import { DATA_TYPE } from '../../onnx/schema.ts';

/** Any bound beyond an axis is its end to Slice. */
const END = 2 ** 31 - 1;

/** Both int64 `[b, s]`, of tokens counted through the whole batch, `row · s + column`. */
export interface TokenOrder {
  /** The token that goes to each place. */
  readonly from: Value;
  /** The place that each token went to. */
  readonly to: Value;
}

/** The order of the new tokens `embeds` [b, s, …], the last of those that `mask` int64 [b, total] marks. */
export function tokenOrder(g: GraphBuilder, mask: Value, embeds: Value): TokenOrder {
  const length = Shape(g, embeds, 1, 2);
  const count = Squeeze(g, length, [0]);
  const firstNew = Sub(g, g.int64([0]), length);
  const valid = g.node('Slice', [mask, firstNew, g.int64([END]), g.int64([1])]);
  const turn = Unsqueeze(g, ArgMax(g, Cast(g, valid, DATA_TYPE.float32), 1), [1]);
  const columns = Unsqueeze(g, Range(g, count), [0]);
  const rows = Unsqueeze(g, Range(g, Squeeze(g, Shape(g, embeds, 0, 1), [0])), [1]);
  const numbered = (column: Value) => Add(g, Mul(g, rows, count), Mod(g, column, count));
  return {
    from: numbered(Add(g, columns, turn)),
    to: numbered(Add(g, columns, Sub(g, count, turn))),
  };
}

/** `values` [b, s, width] with every row's valid tokens first. */
export function leftAligned(
  g: GraphBuilder,
  values: Value,
  { from }: TokenOrder,
  width: number,
): Value {
  return Gather(g, Reshape(g, values, [-1, width]), from);
}

/** The last `keep` (int64 scalar) tokens of `values` [b, s, width], in their old order; all where it is 0. */
export function lastInPlace(
  g: GraphBuilder,
  values: Value,
  { to }: TokenOrder,
  width: number,
  keep: Value,
): Value {
  return Gather(g, Reshape(g, values, [-1, width]), lastOf(g, to, keep));
}

/** The last `keep` (int64 scalar) of the second axis; all where it is 0. */
export function lastOf(g: GraphBuilder, values: Value, keep: Value): Value {
  const first = Reshape(g, Sub(g, g.int64(0), keep), [1]);
  return g.node('Slice', [values, first, g.int64([END]), g.int64([1])]);
}
