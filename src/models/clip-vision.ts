import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { Add, Concat, Expand, Reshape, Shape, Slice } from '../onnx/ops.ts';
import type { ClipVisionConfig } from './config.ts';
import { Part } from './layers.ts';
import { encoderLayer, layerNorm, patchRows } from './vision-layers.ts';
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
  let hidden = await layerNorm(
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
  const rows = await patchRows(part, config, pixels, false);
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
