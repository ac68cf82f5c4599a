/**
 * The decoder graph, the one place that builds it. It has no position logic: rotary tables and the
 * row that each token reads are inputs.
 */
import { GraphBuilder, type Value } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import { Add, Gather, Mul, Range, Reshape, Shape, Squeeze, Unsqueeze } from '../onnx/ops.ts';
import type { DecoderConfig } from './config.ts';
import { attention, type AttentionContext, attentionContext, normSettings } from './attention.ts';
import { fromCompute, toCompute } from './compute.ts';
import { linearLayer } from './formats.ts';
import { activate, Part, softcap } from './layers.ts';
import type { Weights } from './weights.ts';

/** What a part takes for the embeddings of the first, and gives for the logits of the last. */
export const HIDDEN_INPUT = 'hidden_states';
/** Not the input's name: a value has one name. */
export const HIDDEN_OUTPUT = 'next_hidden_states';

/** Layers `first` up to `end` (exclusive), and what makes logits of the hidden states after the last. */
export interface DecoderPart {
  readonly first: number;
  readonly end: number;
  readonly head: boolean;
}

/**
 * Inputs: `inputs_embeds` f32 [b, s, hidden]; `cos_cache`, `sin_cache` f32 [rows, rotary_dim/2];
 * `rotary_index` i64 [b, s]; `seqlens_k` i32 [b] (valid tokens of a row, past included, minus 1) and
 * `total_sequence_length` i32 [1], or with two-way attention the inputs of `declaredColumns` in their
 * place; `local_cos_cache`, `local_sin_cache` where local layers have their own tables;
 * `logits_index` i64 [b, m] (which of the s tokens get logits);
 * `past_key_values.{i}.key|value` [b, kv heads, past, head size] of the type that is computed in. Rows
 * are padded on the right.
 * Outputs: `logits` f32 [b, m, vocab], `present.{i}.key|value`.
 *
 * A part of the decoder has the inputs and outputs of its layers alone. Parts after the first take
 * `hidden_states` f32 [b, s, hidden] for `inputs_embeds`, and those before the last give
 * `next_hidden_states` for `logits`; `logits_index` is an input of the last.
 */
export async function buildDecoderGraph(
  config: DecoderConfig,
  weights: Weights,
  part: DecoderPart = wholeDecoder(config),
): Promise<Graph> {
  const g = new GraphBuilder('decoder');
  const { hiddenSize, vocabSize } = config;
  const shape = ['batch_size', 'sequence', hiddenSize];
  const input = g.input(part.first === 0 ? 'inputs_embeds' : HIDDEN_INPUT, 'float32', shape);
  const hidden =
    part.first === part.end
      ? input
      : await decoderLayers(
          g,
          config,
          weights,
          input,
          attentionContext(g, config, weights.compute),
          part,
        );
  if (part.head) {
    const logitsIndex = g.input('logits_index', 'int64', ['batch_size', 'kept']);
    const kept = gatherTokens(g, hidden, logitsIndex, input, hiddenSize);
    const logits = await languageHead(g, config, weights, kept);
    g.output(logits, 'logits', 'float32', ['batch_size', 'kept', vocabSize]);
  } else {
    g.output(hidden, HIDDEN_OUTPUT, 'float32', shape);
  }
  return g.build();
}

/** The decoder in one part. */
export function wholeDecoder({ layers }: DecoderConfig): DecoderPart {
  return { first: 0, end: layers, head: true };
}

/** Layers of a part, cache inputs and outputs included, without the last normalisation. */
export async function decoderLayers(
  g: GraphBuilder,
  config: DecoderConfig,
  weights: Weights,
  embeds: Value,
  context: AttentionContext,
  { first, end }: DecoderPart = wholeDecoder(config),
): Promise<Value> {
  const tensors = new Part(g, weights, 'decoder');
  let hidden = embeds;
  for (let layer = first; layer < end; layer++) {
    hidden = await decoderLayer(tensors, config, layer, hidden, context);
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
  const sandwich = config.norms === 'sandwich';
  const scope = `layers.${layer}`;
  const norm = (value: Value, name: string) =>
    part.rmsNorm(value, `${scope}.${name}`, config.hiddenSize, normSettings(config));
  const after = (value: Value, name: string) => (sandwich ? norm(value, name) : value);

  const first = part.narrow(await norm(input, 'input_layernorm'));
  const attended = part.widen(await attention(part, config, layer, first, context));
  const middle = Add(g, input, await after(attended, 'post_attention_layernorm'));

  // A sandwiched layer has given this name to the norm after attention.
  const second = await norm(
    middle,
    sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm',
  );
  const mapped = part.widen(await gatedMlp(part, config, scope, part.narrow(second)));
  return Add(g, middle, await after(mapped, 'post_feedforward_layernorm'));
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

/**
 * The last normalisation and the head: the embedding's transpose where the checkpoint has no own.
 * Gives float32.
 */
export async function languageHead(
  g: GraphBuilder,
  config: DecoderConfig,
  weights: Weights,
  hidden: Value,
): Promise<Value> {
  const { hiddenSize, vocabSize, logitSoftcap, tiedHead } = config;
  const part = new Part(g, weights, 'decoder');
  const normed = await part.rmsNorm(hidden, 'norm', hiddenSize, normSettings(config));
  const [owner, name] = tiedHead ? ['decoder', 'embed_tokens.weight'] : ['head', 'weight'];
  const matrix = weights.lazy(owner, name, [vocabSize, hiddenSize]);
  const { head } = weights.formats;
  // Half floats would round logits until margins tie. A head of half floats has to compute in them all
  // the same: widened, the largest matrix of the model would take twice the memory.
  const compute = head === 'fp16' ? weights.compute : 'float32';
  const input = toCompute(g, normed, compute);
  const product = linearLayer(g, input, 'head.weight', matrix, head, compute);
  const logits = fromCompute(g, product, compute);
  return logitSoftcap === null ? logits : softcap(g, logits, logitSoftcap);
}
