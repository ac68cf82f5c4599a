/** What a checkpoint's image processor does, as plain data, and what it leaves of a picture. */
import type { HostTensor } from './tensor.ts';

/** Steps that all processors share: `(value · rescaleFactor − mean) / std` after resizing. */
export interface PixelScaling {
  /** PIL's code: 2 bilinear, 3 bicubic. */
  readonly resample: 2 | 3;
  readonly rescaleFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Every picture becomes `width` × `height` (CLIP, SigLIP). */
export interface FixedProcessor extends PixelScaling {
  readonly kind: 'fixed';
  readonly width: number;
  readonly height: number;
  /**
   * The shorter side is first brought to this many pixels and the middle `width` × `height` cut out;
   * undefined: the picture is stretched.
   */
  readonly shortestEdge?: number | undefined;
}

/** A stretched base view and the tiles of the best of several resolutions (LLaVA-NeXT's anyres). */
export interface TiledProcessor extends PixelScaling {
  readonly kind: 'tiled';
  /** Pixels of a tile's side. */
  readonly tile: number;
  /** Resolutions to choose from, `[height, width]`, in the config's order. */
  readonly pinpoints: readonly (readonly [number, number])[];
}

/** Patches at the picture's own shape, within a budget of pixels (Qwen2-VL). */
export interface PatchedProcessor extends PixelScaling {
  readonly kind: 'patched';
  readonly patchSize: number;
  /** A still picture is repeated this many times. */
  readonly temporalPatchSize: number;
  /** Patches of a side that become one image token. */
  readonly mergeSize: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

export type ImageProcessorSpec = FixedProcessor | TiledProcessor | PatchedProcessor;

/** Image tokens of one view of a picture, which lie row by row. */
export interface ViewTokens {
  /** Tokens of a side. */
  readonly side: number;
  /** Tokens before the first row, which belong to no place (CLIP's class token, where it is kept). */
  readonly leading: number;
}

/** One picture, ready for a vision graph. */
export interface ProcessedImage {
  /**
   * fixed: `[3, height, width]`; tiled: `[tiles, 3, side, side]`, the base view first; patched:
   * `[patches, channels]`.
   */
  readonly pixels: HostTensor<'float32'>;
  /** Height and width of the picture before processing (Hugging Face's `image_sizes`). */
  readonly size: readonly [height: number, width: number];
  /** Patched only: patches in time, height and width (Hugging Face's `image_grid_thw`). */
  readonly grid?: readonly [time: number, height: number, width: number];
}
