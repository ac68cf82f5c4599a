/** SigLIP's tower with Gemma 3's pooling and projection: every picture is one square view. */
import { GraphBuilder, type Value } from '../onnx/builder.ts';
import { MatMul, Mul, ReduceSum, Reshape } from '../onnx/ops.ts';
import { splitPixels, stackPixels } from './clip-encoder.ts';
import type { SiglipVisionConfig } from './config.ts';
import { Part } from './layers.ts';
import { siglipVisionTower } from './siglip-vision.ts';
import type { VisionEncoder } from './vision-encoder.ts';
import type { Weights } from './weights.ts';

export interface Gemma3EncoderConfig {
  readonly kind: 'gemma3';
  readonly tower: SiglipVisionConfig;
  /** Image tokens of a side; a divisor of the tower's patches of a side. */
  readonly tokensPerSide: number;
  /** The decoder's width. */
  readonly outputSize: number;
}

/** `pixel_values` f32 [n, 3, side, side] to `image_features` f32 [n, tokens, hidden]. */
export const gemma3Encoder: VisionEncoder<Gemma3EncoderConfig> = {
  async build(config, weights) {
    const g = new GraphBuilder('vision');
    const features = await gemma3Features(g, config, weights);
    g.output(features, 'image_features', 'float32', ['images', 'tokens', config.outputSize]);
    return g.build();
  },
  viewTokens: ({ tokensPerSide }) => ({ side: tokensPerSide, leading: 0 }),
  // One picture a run: at the published size its 4096 patches are as many as a run should hold.
  runs(config, images) {
    const side = config.tower.imageSize;
    const rows = [{ tokens: config.tokensPerSide ** 2 }];
    return images.map((image) => ({
      feeds: { pixel_values: stackPixels([image], [3, side, side]) },
      images: rows,
    }));
  },
  split: (config, _, tensors) => {
    const side = config.tower.imageSize;
    return splitPixels(tensors, [3, side, side]);
  },
};

/** Declares `pixel_values` f32 [n, 3, side, side] and gives their features f32 [n, tokens, hidden]. */
export async function gemma3Features(
  g: GraphBuilder,
  config: Gemma3EncoderConfig,
  weights: Weights,
): Promise<Value> {
  const { imageSize } = config.tower;
  const pixels = g.input('pixel_values', 'float32', ['images', 3, imageSize, imageSize]);
  const patches = await siglipVisionTower(g, config.tower, weights, pixels);
  return project(g, config, weights, pooled(g, config, patches));
}

/** Averages squares of patches: [n, patches, width] to [n, tokens, width]. */
function pooled(g: GraphBuilder, config: Gemma3EncoderConfig, patches: Value): Value {
  const { tower, tokensPerSide } = config;
  const square = Math.floor(tower.imageSize / tower.patchSize) / tokensPerSide;
  const split = [-1, square, tokensPerSide, square, tower.hiddenSize];
  const sums = ReduceSum(g, Reshape(g, patches, split), [1, 3]);
  const rows = Reshape(g, sums, [-1, tokensPerSide ** 2, tower.hiddenSize]);
  return Mul(g, rows, g.float32(1 / square ** 2));
}

/** Normalises and projects. The matrix lies [in, out] in the checkpoint, unlike those of linear layers. */
async function project(
  g: GraphBuilder,
  { tower, outputSize }: Gemma3EncoderConfig,
  weights: Weights,
  rows: Value,
): Promise<Value> {
  const part = new Part(g, weights, 'projector');
  const { hiddenSize, layerNormEpsilon } = tower;
  const settings = { epsilon: layerNormEpsilon, offset: 1 } as const;
  const normed = await part.rmsNorm(rows, 'mm_soft_emb_norm', hiddenSize, settings);
  return MatMul(
    g,
    normed,
    await part.tensor('mm_input_projection_weight', [hiddenSize, outputSize]),
  );
}
