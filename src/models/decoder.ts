/**
 * The decoder graph, the one place that builds it. It has no position logic: rotary tables and the
 * row that each token reads are inputs.
 */
import { GraphBuilder, type Value } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import {
  Add,
  Gather,
  GroupQueryAttention,
  MatMul,
  Mul,
  Range,
  Reshape,
  RotaryEmbedding,
  Shape,
  SimplifiedLayerNormalization,
  Squeeze,
  Unsqueeze,
} from '../onnx/ops.ts';
import { transposed } from '../tensor/convert.ts';
import type { DecoderConfig } from './config.ts';
import { activate, Part } from './layers.ts';
import type { Weights } from './weights.ts';

/** What every layer reads besides the hidden states. */
export interface AttentionContext {
  readonly cosCache: Value;
  readonly sinCache: Value;
  /** int64 `[b, s]`: rows of the tables. */
  readonly rotaryIndex: Value;
  /** int32 `[b]`. */
  readonly seqlensK: Value;
  /** int32 scalar. */
  readonly totalSequenceLength: Value;
}

/**
 * Inputs: `inputs_embeds` f32 [b, s, hidden]; `cos_cache`, `sin_cache` f32 [rows, rotary_dim/2];
 * `rotary_index` i64 [b, s]; `seqlens_k` i32 [b] (valid tokens of a row, past included, minus 1);
 * `total_sequence_length` i32 [1]; `logits_index` i64 [b, m] (which of the s tokens get logits);
 * `past_key_values.{i}.key|value` f32 [b, kv heads, past, head size]. Rows are padded on the right.
 * Outputs: `logits` f32 [b, m, vocab], `present.{i}.key|value`.
 */
export async function buildDecoderGraph(config: DecoderConfig, weights: Weights): Promise<Graph> {
  const g = new GraphBuilder('decoder');
  const half = config.rotary.dim / 2;
  const embeds = g.input('inputs_embeds', 'float32', ['batch_size', 'sequence', config.hiddenSize]);
  const context: AttentionContext = {
    cosCache: g.input('cos_cache', 'float32', ['rows', half]),
    sinCache: g.input('sin_cache', 'float32', ['rows', half]),
    rotaryIndex: g.input('rotary_index', 'int64', ['batch_size', 'sequence']),
    seqlensK: g.input('seqlens_k', 'int32', ['batch_size']),
    totalSequenceLength: g.input('total_sequence_length', 'int32', [1]),
  };
  const logitsIndex = g.input('logits_index', 'int64', ['batch_size', 'kept']);
  const hidden = await decoderLayers(g, config, weights, embeds, context);
  const kept = gatherTokens(g, hidden, logitsIndex, embeds, config.hiddenSize);
  const logits = await languageHead(g, config, weights, kept);
  g.output(logits, 'logits', 'float32', ['batch_size', 'kept', config.vocabSize]);
  return g.build();
}

/** All layers, cache inputs and outputs included, without the last normalisation. */
export async function decoderLayers(
  g: GraphBuilder,
  config: DecoderConfig,
  weights: Weights,
  embeds: Value,
  context: AttentionContext,
): Promise<Value> {
  const part = new Part(g, weights, 'decoder');
  let hidden = embeds;
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = await decoderLayer(part, config, layer, hidden, context);
  }
  return hidden;
}

async function decoderLayer(
  part: Part,
  config: DecoderConfig,
  layer: number,
  input: Value,
  context: AttentionContext,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, rmsNormEpsilon } = config;
  const scope = `layers.${layer}`;
  const norm = async (value: Value, name: string) =>
    SimplifiedLayerNormalization(
      g,
      value,
      await part.tensor(`${scope}.${name}.weight`, [hiddenSize]),
      rmsNormEpsilon,
    );
  const attended = await attention(
    part,
    config,
    layer,
    await norm(input, 'input_layernorm'),
    context,
  );
  const middle = Add(g, input, attended);
  return Add(
    g,
    middle,
    await gatedMlp(part, config, scope, await norm(middle, 'post_attention_layernorm')),
  );
}

async function attention(
  part: Part,
  config: DecoderConfig,
  layer: number,
  input: Value,
  context: AttentionContext,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, heads, kvHeads, headDim, attentionBias, rotary } = config;
  const { cosCache, sinCache, rotaryIndex, seqlensK, totalSequenceLength } = context;
  const project = (name: string, count: number) =>
    part.linear(
      input,
      `layers.${layer}.self_attn.${name}`,
      hiddenSize,
      count * headDim,
      attentionBias,
    );
  const rotate = (value: Value, count: number) =>
    RotaryEmbedding(
      g,
      value,
      rotaryIndex,
      cosCache,
      sinCache,
      rotary.dim < headDim ? { heads: count, dim: rotary.dim } : undefined,
    );
  // transformers.js makes an empty cache from this declaration, and looks for this very name.
  const cacheShape = ['batch_size', kvHeads, 'past', headDim];
  const presentShape = ['batch_size', kvHeads, 'total', headDim];
  const [output, presentKey, presentValue] = GroupQueryAttention(
    g,
    {
      query: rotate(await project('q_proj', heads), heads),
      key: rotate(await project('k_proj', kvHeads), kvHeads),
      value: await project('v_proj', kvHeads),
      pastKey: g.input(`past_key_values.${layer}.key`, 'float32', cacheShape),
      pastValue: g.input(`past_key_values.${layer}.value`, 'float32', cacheShape),
      seqlensK,
      totalSequenceLength,
    },
    { heads, kvHeads },
  );
  g.output(presentKey, `present.${layer}.key`, 'float32', presentShape);
  g.output(presentValue, `present.${layer}.value`, 'float32', presentShape);
  return part.linear(
    output,
    `layers.${layer}.self_attn.o_proj`,
    heads * headDim,
    hiddenSize,
    attentionBias,
  );
}

async function gatedMlp(
  part: Part,
  config: DecoderConfig,
  scope: string,
  input: Value,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, intermediateSize, mlpBias, activation } = config;
  const name = (projection: string) => `${scope}.mlp.${projection}`;
  const gate = await part.linear(input, name('gate_proj'), hiddenSize, intermediateSize, mlpBias);
  const up = await part.linear(input, name('up_proj'), hiddenSize, intermediateSize, mlpBias);
  const gated = Mul(g, activate(g, activation, gate), up);
  return part.linear(gated, name('down_proj'), intermediateSize, hiddenSize, mlpBias);
}

/**
 * Picks tokens `index` [b, m] of `hidden` [b, s, hidden], giving [b, m, hidden]. Gathered over the
 * flattened batch, because Gather is on every provider and GatherND with a batch axis is not.
 */
function gatherTokens(
  g: GraphBuilder,
  hidden: Value,
  index: Value,
  embeds: Value,
  hiddenSize: number,
): Value {
  const batch = Squeeze(g, Shape(g, embeds, 0, 1), [0]);
  const sequence = Shape(g, embeds, 1, 2);
  const firstOfRow = Unsqueeze(g, Mul(g, Range(g, batch), sequence), [1]);
  const flatIndex = Add(g, index, firstOfRow);
  return Gather(g, Reshape(g, hidden, [-1, hiddenSize]), flatIndex);
}

/** The last normalisation and the head: the embedding's transpose where the checkpoint has no own. */
export async function languageHead(
  g: GraphBuilder,
  config: DecoderConfig,
  weights: Weights,
  hidden: Value,
): Promise<Value> {
  const { hiddenSize, vocabSize, rmsNormEpsilon, tiedHead } = config;
  const part = new Part(g, weights, 'decoder');
  const scale = await part.tensor('norm.weight', [hiddenSize]);
  const normed = SimplifiedLayerNormalization(g, hidden, scale, rmsNormEpsilon);
  const matrix = tiedHead
    ? await weights.read('decoder', 'embed_tokens.weight', [vocabSize, hiddenSize])
    : await weights.read('head', 'weight', [vocabSize, hiddenSize]);
  return MatMul(g, normed, g.initializer('head.weight.transposed', transposed(matrix)));
}
