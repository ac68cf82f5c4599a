import type { GraphBuilder, Value } from '../onnx/builder.ts';
import {
  Add,
  Concat,
  Conv,
  Expand,
  LayerNormalization,
  MultiHeadAttention,
  Reshape,
  Shape,
  Slice,
  Transpose,
} from '../onnx/ops.ts';
import type { ClipVisionConfig } from './config.ts';
import { activate, Part } from './layers.ts';
import type { Weights } from './weights.ts';

/**
 * CLIP's vision transformer up to hidden state `layersUsed` (0 is the embedding): layers after it and
 * the post-normalisation are never built. `pixels` f32 [n, 3, H, W] gives f32 [n, 1 + patches, hidden],
 * or [n, patches, hidden] with `dropClassToken`.
 */
export async function clipVisionTower(
  g: GraphBuilder,
  config: ClipVisionConfig,
  weights: Weights,
  pixels: Value,
  options: { layersUsed: number; dropClassToken: boolean },
): Promise<Value> {
  const part = new Part(g, weights, 'vision');
  let hidden = await normalised(
    part,
    config,
    'pre_layrnorm',
    await embeddings(part, config, pixels),
  );
  for (let layer = 0; layer < options.layersUsed; layer++) {
    hidden = await encoderLayer(part, config, `encoder.layers.${layer}`, hidden);
  }
  // The bound is any number beyond the sequence's end, which Slice takes as "to the end".
  return options.dropClassToken ? Slice(g, hidden, 1, 2 ** 31 - 1, 1) : hidden;
}

async function embeddings(part: Part, config: ClipVisionConfig, pixels: Value): Promise<Value> {
  const { g } = part;
  const { hiddenSize, patchSize, imageSize } = config;
  const patches = Math.floor(imageSize / patchSize) ** 2;
  const kernel = await part.tensor('embeddings.patch_embedding.weight', [
    hiddenSize,
    3,
    patchSize,
    patchSize,
  ]);
  const grid = Conv(g, pixels, kernel, [patchSize, patchSize]);
  const rows = Transpose(g, Reshape(g, grid, [0, hiddenSize, -1]), [0, 2, 1]);
  const classRow = Reshape(g, await part.tensor('embeddings.class_embedding', [hiddenSize]), [
    1,
    1,
    hiddenSize,
  ]);
  const classShape = Concat(g, [Shape(g, pixels, 0, 1), g.int64([1, hiddenSize])], 0);
  const sequence = Concat(g, [Expand(g, classRow, classShape), rows], 1);
  const positions = await part.tensor('embeddings.position_embedding.weight', [
    patches + 1,
    hiddenSize,
  ]);
  return Add(g, sequence, positions);
}

async function normalised(
  part: Part,
  config: ClipVisionConfig,
  name: string,
  input: Value,
): Promise<Value> {
  const scale = await part.tensor(`${name}.weight`, [config.hiddenSize]);
  const bias = await part.tensor(`${name}.bias`, [config.hiddenSize]);
  return LayerNormalization(part.g, input, scale, bias, config.layerNormEpsilon);
}

async function encoderLayer(
  part: Part,
  config: ClipVisionConfig,
  scope: string,
  input: Value,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, intermediateSize, heads, activation } = config;
  const first = await normalised(part, config, `${scope}.layer_norm1`, input);
  const project = (value: Value, name: string) =>
    part.linear(value, `${scope}.self_attn.${name}`, hiddenSize, hiddenSize, true);
  const query = await project(first, 'q_proj');
  const key = await project(first, 'k_proj');
  const value = await project(first, 'v_proj');
  const attended = await project(MultiHeadAttention(g, query, key, value, heads), 'out_proj');
  const middle = Add(g, input, attended);

  const second = await normalised(part, config, `${scope}.layer_norm2`, middle);
  const wide = await part.linear(second, `${scope}.mlp.fc1`, hiddenSize, intermediateSize, true);
  const narrow = await part.linear(
    activate(g, activation, wide),
    `${scope}.mlp.fc2`,
    intermediateSize,
    hiddenSize,
    true,
  );
  return Add(g, middle, narrow);
}
