import { GraphBuilder, type Value } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import { Gather, Less, Max, Mul, Unsqueeze, Where } from '../onnx/ops.ts';
import type { DecoderConfig } from './config.ts';
import { Part } from './layers.ts';
import type { Weights } from './weights.ts';

/**
 * Token embedding with the image features put in their places.
 * Inputs: `input_ids` i64 [b, s]; `image_features` f32 [t, hidden] (all pictures of the batch, at
 * least one row); `image_index` i64 [b, s]: the row of `image_features` for image tokens, -1 for text.
 * Output: `inputs_embeds` f32 [b, s, hidden].
 */
export function buildEmbedGraph(config: DecoderConfig, weights: Weights): Graph {
  const g = new GraphBuilder('embed');
  const { hiddenSize } = config;
  const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence']);
  const features = g.input('image_features', 'float32', ['features', hiddenSize]);
  const index = g.input('image_index', 'int64', ['batch_size', 'sequence']);

  const text = embedTokens(g, config, weights, ids);
  const isText = Unsqueeze(g, Less(g, index, g.int64(0)), [2]);
  const image = Gather(g, features, Max(g, index, g.int64(0)));
  const merged = Where(g, isText, text, image);
  g.output(merged, 'inputs_embeds', 'float32', ['batch_size', 'sequence', hiddenSize]);
  return g.build();
}

/** Rows of the embedding table for `ids`, scaled where the model scales them. */
export function embedTokens(
  g: GraphBuilder,
  config: DecoderConfig,
  weights: Weights,
  ids: Value,
): Value {
  const part = new Part(g, weights, 'decoder');
  const rows = part.embedding(ids, 'embed_tokens', config.vocabSize, config.hiddenSize);
  return config.embeddingScale === 1 ? rows : Mul(g, rows, g.float32(config.embeddingScale));
}
