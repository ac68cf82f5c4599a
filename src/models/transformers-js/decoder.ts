/**
 * Embeddings and decoder with the inputs that transformers.js feeds. Position logic that our own decoder
 * has outside stands here before it: tables of the standard positions are weights, and `position_ids`
 * say which of their rows a token reads, so that ids passed by a caller are honoured on every provider.
 */
import { DATA_TYPE } from '../../onnx/schema.ts';
import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { Graph } from '../../onnx/graph.ts';
import {
  Cast,
  Concat,
  CumSum,
  Gather,
  Mul,
  Pad,
  ReduceSum,
  Reshape,
  Shape,
  Slice,
  Squeeze,
  Sub,
} from '../../onnx/ops.ts';
import type { AttentionContext, Tables } from '../attention.ts';
import type { DecoderConfig } from '../config.ts';
import { decoderLayers, languageHead } from '../decoder.ts';
import { embedTokens } from '../embed.ts';
import type { OpenedModel } from '../families.ts';
import { standardTables } from '../rotary.ts';
import type { RotarySpec } from '../spec.ts';
import { type TwoWayColumns, twoWayMasks } from '../two-way-attention.ts';
import { lastInPlace, lastOf, leftAligned, tokenOrder } from './token-order.ts';

/** Beyond this many positions the tables would be a burden; longer prompts are refused by the graph. */
const MAX_TABLE_ROWS = 32768;

/**
 * transformers.js feeds no token types, by which Gemma 3's attention knows images: so the embedding of
 * every token carries one number more, 0 for text and 1 for an image's token.
 */
function widthOf({ config }: OpenedModel): number {
  const { attention, hiddenSize } = config.decoder;
  return attention === 'two-way' ? hiddenSize + 1 : hiddenSize;
}

/** `input_ids` i64 [b, s] to `inputs_embeds` f32 [b, s, width]. */
export function embedTokensGraph(model: OpenedModel): Graph {
  const { decoder } = model.config;
  const g = new GraphBuilder('embed_tokens');
  const axes = ['batch_size', 'sequence_length'];
  const embeds = embedTokens(g, decoder, model.weights, g.input('input_ids', 'int64', axes));
  const width = widthOf(model);
  const more = width - decoder.hiddenSize;
  const marked = more === 0 ? embeds : Pad(g, embeds, g.int64([0, 0, 0, 0, 0, more]), 0);
  g.output(marked, 'inputs_embeds', 'float32', [...axes, width]);
  return g.build();
}

/**
 * Inputs: `inputs_embeds` f32 [b, s, width], `attention_mask` i64 [b, total], `position_ids` i64 [b, s], with
 * M-RoPE [3, b, s], `num_logits_to_keep` i64 [] (0 keeps all), `past_key_values.{i}.key|value`. Outputs:
 * `logits` f32 [b, kept, vocab], `present.{i}.key|value`. Rows may be padded on either side.
 *
 * transformers.js makes an empty cache from the declared shapes, and knows an axis only by the name
 * `batch_size`.
 */
export async function mergedDecoderGraph(model: OpenedModel): Promise<Graph> {
  const { decoder } = model.config;
  const g = new GraphBuilder('decoder_model_merged');
  const axes = ['batch_size', 'sequence_length'];
  const embeds = g.input('inputs_embeds', 'float32', [...axes, widthOf(model)]);
  const mask = g.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const idAxes = decoder.rotary.axes === 3 ? [3, ...axes] : axes;
  const ids = g.input('position_ids', 'int64', idAxes);
  const keep = g.input('num_logits_to_keep', 'int64', []);
  const build = decoder.attention === 'two-way' ? markedDecoder : causalDecoder;
  const kept = await build(g, model, { embeds, mask, ids, keep });
  const logits = await languageHead(g, decoder, model.weights, kept);
  g.output(logits, 'logits', 'float32', ['batch_size', 'kept', decoder.vocabSize]);
  return g.build();
}

interface Inputs {
  readonly embeds: Value;
  readonly mask: Value;
  readonly ids: Value;
  readonly keep: Value;
}

/** Attention by onnxruntime's causal kernel. */
async function causalDecoder(
  g: GraphBuilder,
  { config, weights }: OpenedModel,
  { embeds, mask, ids, keep }: Inputs,
): Promise<Value> {
  const { hiddenSize, rotary } = config.decoder;
  const order = tokenOrder(g, mask, embeds);
  const whole = weightTables(g, '', rotary, config.decoder);
  const manyAxes = rotary.axes === 3;
  const tables = manyAxes ? tokenTables(g, whole, rotary, ids) : whole;
  const context: AttentionContext = {
    tables,
    localTables: tables,
    rotaryIndex: manyAxes ? order.from : Gather(g, Reshape(g, ids, [-1]), order.from),
    scope: {
      kind: 'causal',
      seqlensK: Cast(g, Sub(g, ReduceSum(g, mask, [1]), g.int64(1)), DATA_TYPE.int32),
      totalSequenceLength: Cast(g, Shape(g, mask, 1, 2), DATA_TYPE.int32),
    },
  };
  const rows = leftAligned(g, embeds, order, hiddenSize);
  const hidden = await decoderLayers(g, config.decoder, weights, rows, context);
  return lastInPlace(g, hidden, order, hiddenSize, keep);
}

/** Attention by masks, which are made of the tokens' marks; rows stay as they are. */
async function markedDecoder(
  g: GraphBuilder,
  { config, weights }: OpenedModel,
  { embeds, mask, ids, keep }: Inputs,
): Promise<Value> {
  const { hiddenSize, rotary, localRotary, windows } = config.decoder;
  const marks = Squeeze(g, Slice(g, embeds, hiddenSize, hiddenSize + 1, 2), [2]);
  const tables = weightTables(g, '', rotary, config.decoder);
  const context: AttentionContext = {
    tables,
    localTables: localRotary ? weightTables(g, 'local_', localRotary, config.decoder) : tables,
    rotaryIndex: ids,
    scope: twoWayMasks(g, columnsOf(g, mask, marks), windows),
  };
  const rows = Slice(g, embeds, 0, hiddenSize, 2);
  const hidden = await decoderLayers(g, config.decoder, weights, rows, context);
  return lastOf(g, hidden, keep);
}

/**
 * `marks` f32 [b, s]: 1 for image tokens. Those of the cache are not known and need not be: a picture is
 * never parted between two runs, and what stands behind it sees all of it anyway.
 */
function columnsOf(g: GraphBuilder, mask: Value, marks: Value): TwoWayColumns {
  const valid = Cast(g, mask, DATA_TYPE.float32);
  const keyOrder = Sub(g, Mul(g, CumSum(g, valid, 1), valid), g.float32(1));
  const count = Squeeze(g, Shape(g, marks, 1, 2), [0]);
  const before = Slice(g, Pad(g, marks, g.int64([0, 1, 0, 0]), 0), 0, -1, 1);
  const begins = Mul(g, marks, Sub(g, g.float32(1), before));
  const queryImage = Mul(g, CumSum(g, begins, 1), marks);
  const past = Sub(g, Shape(g, mask, 1, 2), Shape(g, marks, 1, 2));
  const behindPast = Concat(g, [g.int64([0]), past, g.int64([0, 0])], 0);
  return {
    queryOrder: lastOf(g, keyOrder, count),
    keyOrder,
    queryImage,
    keyImage: Pad(g, queryImage, behindPast, 0),
  };
}

/** Tables of the standard positions as weights. */
function weightTables(
  g: GraphBuilder,
  prefix: string,
  rotary: RotarySpec,
  { contextLength }: DecoderConfig,
): Tables {
  const { cos, sin } = standardTables(rotary, Math.min(contextLength, MAX_TABLE_ROWS));
  return {
    cos: g.initializer(`${prefix}cos_cache`, cos),
    sin: g.initializer(`${prefix}sin_cache`, sin),
  };
}

/**
 * With M-RoPE a token has three ids: tables with a row for each token of `ids` [3, b, s], where each
 * section of the frequencies comes from the row that its axis names.
 */
function tokenTables(g: GraphBuilder, whole: Tables, rotary: RotarySpec, ids: Value): Tables {
  const byAxis = [0, 1, 2].map((axis) => Reshape(g, Slice(g, ids, axis, axis + 1, 0), [-1]));
  const joined = (table: Value) => {
    const sections = sectionsOf(rotary).map(({ axis, start, end }) =>
      Gather(g, Slice(g, table, start, end, 1), byAxis[axis] as Value),
    );
    return Concat(g, sections, 1);
  };
  return { cos: joined(whole.cos), sin: joined(whole.sin) };
}

interface Section {
  readonly axis: number;
  /** Frequencies `start` up to `end` (exclusive). */
  readonly start: number;
  readonly end: number;
}

/** Runs of frequencies that one axis drives. */
function sectionsOf({ axisOfFrequency }: Pick<RotarySpec, 'axisOfFrequency'>): Section[] {
  const starts = [...axisOfFrequency.keys()].filter(
    (at) => at === 0 || axisOfFrequency[at] !== axisOfFrequency[at - 1],
  );
  return starts.map((start, n) => ({
    axis: axisOfFrequency[start] as number,
    start,
    end: starts[n + 1] ?? axisOfFrequency.length,
  }));
}
