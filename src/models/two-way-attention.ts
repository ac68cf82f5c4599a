/**
 * Attention where the tokens of an image see each other in both directions (Gemma 3), of plain
 * operators: onnxruntime's fused attention is causal, and a bias cannot undo that.
 */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import {
  Add,
  Clip,
  Concat,
  MatMul,
  Mul,
  Reshape,
  Softmax,
  Sub,
  Transpose,
  Unsqueeze,
} from '../onnx/ops.ts';
import { toCompute } from './compute.ts';
import type { DecoderConfig } from './config.ts';
import { type Part, softcap } from './layers.ts';

/** Subtracted where a token must not look. Finite, so that rows of padding alone do not become NaN. */
const HIDDEN = 1e30;

/** f32 `[b, 1, s, total]`, 0 where a query sees a key: for layers without and with a window. */
export interface TwoWayMasks {
  readonly kind: 'two-way';
  readonly all: Value;
  readonly local: Value;
}

/** Which token stands in which column, f32: of the queries `[b, s]`, of the keys `[b, total]`. */
export interface TwoWayColumns {
  /** A token's index in its row, −1 for columns that hold padding. */
  readonly queryOrder: Value;
  readonly keyOrder: Value;
  /** 0 for text, k for the tokens of the k-th run of image tokens. */
  readonly queryImage: Value;
  readonly keyImage: Value;
}

/** Declares the columns as inputs: `query_order`, `key_order`, `query_image`, `key_image`. */
export function declaredColumns(g: GraphBuilder): TwoWayColumns {
  const input = (name: string, axis: string) => g.input(name, 'float32', ['batch_size', axis]);
  return {
    queryOrder: input('query_order', 'sequence'),
    keyOrder: input('key_order', 'total'),
    queryImage: input('query_image', 'sequence'),
    keyImage: input('key_image', 'total'),
  };
}

/**
 * Computes the masks, once for all layers. A query sees the keys up to itself and the whole of its own
 * image; in layers with a window none that stands `window` tokens or more before it, its own image's
 * included, as transformers' `create_masks_for_vision_model` has it.
 */
export function twoWayMasks(
  g: GraphBuilder,
  columns: TwoWayColumns,
  windows: readonly (number | null)[],
): TwoWayMasks {
  const queryOrder = Unsqueeze(g, columns.queryOrder, [1, 3]);
  const keyOrder = Unsqueeze(g, columns.keyOrder, [1, 2]);
  const queryImage = Unsqueeze(g, columns.queryImage, [1, 3]);
  const keyImage = Unsqueeze(g, columns.keyImage, [1, 2]);
  const one = g.float32(1);
  // Truth as 1 and 0: masks of onnxruntime's own comparisons, And, Or and Where were seen to be wrong
  // on WebGPU (1.30) where the length is a multiple of 4.
  const aboveZero = (whole: Value) => Clip(g, whole, 0, 1);
  const distance = Sub(g, queryOrder, keyOrder);
  const before = aboveZero(Add(g, distance, one));
  const apart = Sub(g, queryImage, keyImage);
  const same = aboveZero(Sub(g, one, Mul(g, apart, apart)));
  const sameImage = Mul(g, aboveZero(queryImage), same);
  const present = aboveZero(Add(g, keyOrder, one));
  const seen = Mul(g, present, aboveZero(Add(g, before, sameImage)));
  const mask = (visible: Value) => Mul(g, Sub(g, visible, one), g.float32(HIDDEN));
  const all = mask(seen);
  const window = [...new Set(windows.filter((size) => size !== null))];
  if (window.length > 1) {
    throw new Error(
      `The layers of a decoder with two-way image attention should share one window, but they have ${window.join(', ')}.`,
    );
  }
  if (window.length === 0) return { kind: 'two-way', all, local: all };
  const near = aboveZero(Sub(g, g.float32(window[0] as number), distance));
  return { kind: 'two-way', all, local: mask(Mul(g, seen, near)) };
}

/** Of the type that is computed in. */
interface Inputs {
  /** [b, s, heads · head size], rotated. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** [b, kv heads, past, head size]. */
  readonly pastKey: Value;
  readonly pastValue: Value;
}

/** Attention under a mask of `twoWayMasks`; gives output [b, s, heads · head size] and the new cache. */
export function twoWayAttention(
  part: Part,
  config: DecoderConfig,
  { query, key, value, pastKey, pastValue }: Inputs,
  mask: Value,
): [output: Value, presentKey: Value, presentValue: Value] {
  const { g, compute } = part;
  const { heads, kvHeads, headDim, attentionScale, attentionSoftcap } = config;
  const apart = (x: Value, count: number) =>
    Transpose(g, Reshape(g, x, [0, 0, count, headDim]), [0, 2, 1, 3]);
  const presentKey = Concat(g, [pastKey, apart(key, kvHeads)], 2);
  const presentValue = Concat(g, [pastValue, apart(value, kvHeads)], 2);
  // Heads that share keys stand next to each other, so they fold into one axis for the products.
  const scaled = Mul(g, apart(query, heads), toCompute(g, g.float32(attentionScale), compute));
  const products = MatMul(
    g,
    Reshape(g, scaled, [0, kvHeads, -1, headDim]),
    Transpose(g, presentKey, [0, 1, 3, 2]),
  );
  const logits = part.widen(Reshape(g, products, [0, heads, -1, 0]));
  const capped = attentionSoftcap === null ? logits : softcap(g, logits, attentionSoftcap);
  const weights = part.narrow(Softmax(g, Add(g, capped, mask)));
  const shares = Reshape(g, weights, [0, kvHeads, -1, 0]);
  const mixed = Reshape(g, MatMul(g, shares, presentValue), [0, heads, -1, headDim]);
  const output = Reshape(g, Transpose(g, mixed, [0, 2, 1, 3]), [0, 0, heads * headDim]);
  return [output, presentKey, presentValue];
}
