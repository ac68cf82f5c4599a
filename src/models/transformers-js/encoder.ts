/** Vision encoders with the inputs that transformers.js feeds, as graphs named `vision_encoder`. */
import { GraphBuilder } from '../../onnx/builder.ts';
import type { Graph } from '../../onnx/graph.ts';
import { Pad } from '../../onnx/ops.ts';
import type { PatchedProcessor } from '../../tensor/image-processor.ts';
import { buildVisionGraph, type OpenedModel } from '../families.ts';
import { gemma3Features, type Gemma3EncoderConfig } from '../gemma3-encoder.ts';
import { patchPixels, type QwenVisionConfig, qwenVisionTower } from '../qwen-vision.ts';
import { gridPlaces } from './patch-places.ts';

/** Largest ratio of a picture's sides that Hugging Face's processor takes. */
const LARGEST_RATIO = 200;

/** Builds the encoder of a family. */
export type BuildEncoder = (model: OpenedModel) => Promise<Graph>;

/** `pixel_values` f32 [n, 3, H, W] to `image_features` f32 [n, tokens, hidden]. */
export const squareEncoder: BuildEncoder = ({ config, weights }) =>
  buildVisionGraph(config, weights);

/**
 * `pixel_values` f32 [n, 3, H, W] to `image_features` f32 [n, tokens, hidden + 1]: the last number is the
 * 1 by which the decoder knows an image's token (`markedDecoder` in decoder.ts).
 */
export const markingEncoder: BuildEncoder = async ({ config, weights }) => {
  const g = new GraphBuilder('vision_encoder');
  const encoder = config.vision as Gemma3EncoderConfig;
  const features = await gemma3Features(g, encoder, weights);
  const marked = Pad(g, features, g.int64([0, 0, 0, 0, 0, 1]), 1);
  g.output(marked, 'image_features', 'float32', ['images', 'tokens', encoder.outputSize + 1]);
  return g.build();
};

/**
 * `pixel_values` f32 [patches, …] and the input of the given name int64 [pictures, 3] to `image_features`
 * f32 [image tokens, hidden].
 */
export function gridEncoder(grids: string): BuildEncoder {
  return async ({ config, spec, weights }) => {
    const g = new GraphBuilder('vision_encoder');
    const encoder = config.vision as QwenVisionConfig;
    const { maxPixels, patchSize, mergeSize } = spec.imageProcessor as PatchedProcessor;
    const longest = Math.ceil(Math.sqrt(LARGEST_RATIO * maxPixels) / patchSize) + mergeSize;
    const pixels = patchPixels(g, encoder);
    const grid = g.input(grids, 'int64', ['pictures', 3]);
    const places = gridPlaces(g, encoder, pixels, grid, longest);
    const features = await qwenVisionTower(g, encoder, weights, pixels, places);
    g.output(features, 'image_features', 'float32', ['tokens', encoder.outputSize]);
    return g.build();
  };
}
