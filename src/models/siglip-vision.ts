import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { Add } from '../onnx/ops.ts';
import type { SiglipVisionConfig } from './config.ts';
import { Part } from './layers.ts';
import { encoderLayer, layerNorm, patchRows } from './vision-layers.ts';
import type { Weights } from './weights.ts';

/**
 * SigLIP's vision transformer with its last normalisation, without a class token or the pooling head.
 * `pixels` f32 [n, 3, H, W] gives f32 [n, patches, hidden].
 */
export async function siglipVisionTower(
  g: GraphBuilder,
  config: SiglipVisionConfig,
  weights: Weights,
  pixels: Value,
): Promise<Value> {
  const part = new Part(g, weights, 'vision');
  const patches = Math.floor(config.imageSize / config.patchSize) ** 2;
  const rows = await patchRows(part, config, pixels, true);
  const shape = [patches, config.hiddenSize];
  let hidden = Add(g, rows, await part.tensor('embeddings.position_embedding.weight', shape));
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = await encoderLayer(part, config, `encoder.layers.${layer}`, hidden);
  }
  return layerNorm(part, config, 'post_layernorm', hidden);
}
