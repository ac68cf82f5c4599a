/** Pieces that CLIP's and SigLIP's vision transformers share. */
import type { Value } from '../onnx/builder.ts';
import {
  Add,
  Conv,
  LayerNormalization,
  MultiHeadAttention,
  Reshape,
  Transpose,
} from '../onnx/ops.ts';
import type { ClipVisionConfig } from './config.ts';
import { activate, type Part } from './layers.ts';

/** Patches of `pixels` f32 [n, 3, H, W], row by row, as [n, patches, hidden]. */
export async function patchRows(
  part: Part,
  { hiddenSize, patchSize }: ClipVisionConfig,
  pixels: Value,
  bias: boolean,
): Promise<Value> {
  const { g } = part;
  const name = 'embeddings.patch_embedding';
  const kernel = await part.tensor(`${name}.weight`, [hiddenSize, 3, patchSize, patchSize]);
  const shift = bias ? await part.tensor(`${name}.bias`, [hiddenSize]) : undefined;
  const grid = Conv(g, pixels, kernel, [patchSize, patchSize], shift);
  return Transpose(g, Reshape(g, grid, [0, hiddenSize, -1]), [0, 2, 1]);
}

/** Layer normalisation over the tower's width. */
export async function layerNorm(
  part: Part,
  config: ClipVisionConfig,
  name: string,
  input: Value,
): Promise<Value> {
  const scale = await part.tensor(`${name}.weight`, [config.hiddenSize]);
  const bias = await part.tensor(`${name}.bias`, [config.hiddenSize]);
  return LayerNormalization(part.g, input, scale, bias, config.layerNormEpsilon);
}

/** Attention of every patch to every patch, and an MLP, each behind its norm: [n, t, hidden] to the same. */
export async function encoderLayer(
  part: Part,
  config: ClipVisionConfig,
  scope: string,
  input: Value,
): Promise<Value> {
  const { g } = part;
  const { hiddenSize, intermediateSize, heads, activation } = config;
  const first = part.narrow(await layerNorm(part, config, `${scope}.layer_norm1`, input));
  const project = (value: Value, name: string) =>
    part.linear(value, `${scope}.self_attn.${name}`, hiddenSize, hiddenSize, true);
  const query = await project(first, 'q_proj');
  const key = await project(first, 'k_proj');
  const value = await project(first, 'v_proj');
  const attended = await project(MultiHeadAttention(g, query, key, value, heads), 'out_proj');
  const middle = Add(g, input, part.widen(attended));

  const second = part.narrow(await layerNorm(part, config, `${scope}.layer_norm2`, middle));
  const wide = await part.linear(second, `${scope}.mlp.fc1`, hiddenSize, intermediateSize, true);
  const narrow = await part.linear(
    activate(g, activation, wide),
    `${scope}.mlp.fc2`,
    intermediateSize,
    hiddenSize,
    true,
  );
  return Add(g, middle, part.widen(narrow));
}
