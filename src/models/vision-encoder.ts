/** What a vision encoder offers: a graph, and how pictures are fed to it. */
import type { Graph } from '../onnx/graph.ts';
import type { ImageProcessorSpec, ProcessedImage, ViewTokens } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { Weights } from './weights.ts';

/** What one picture becomes in the sequence. */
export interface ImageRows {
  /** Rows of `image_features`, one for each image token, newlines and tiles included. */
  readonly tokens: number;
  /**
   * M-RoPE only: f32 `[3, tokens]`, each token's time, height and width id less the image's first id.
   * Left out: the token's index, on every axis.
   */
  readonly offsets?: Float32Array<ArrayBuffer>;
}

/** One run of the vision graph; its `image_features` are the rows of `images`, one below another. */
export interface VisionRun {
  readonly feeds: Readonly<Record<string, HostTensor>>;
  readonly images: readonly ImageRows[];
}

export interface VisionEncoder<Config> {
  /** A graph with the output `image_features` f32 `[…, hidden]`; its inputs are those of `runs`. */
  build(config: Config, weights: Weights): Promise<Graph>;
  /** The tokens of a square view; undefined where they follow the picture's shape. */
  viewTokens(config: Config): ViewTokens | undefined;
  /** How `images` go through the graph. Throws a sentence where one does not fit. */
  runs(config: Config, images: readonly ProcessedImage[]): VisionRun[];
  /**
   * Pictures from the tensors of Hugging Face's processor for the model. Throws a sentence where one
   * is missing or has another shape.
   */
  split(
    config: Config,
    processor: ImageProcessorSpec,
    tensors: ReadonlyMap<string, HostTensor>,
  ): ProcessedImage[];
}
