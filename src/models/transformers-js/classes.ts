/** What transformers.js 4.3.1 calls each family, and what its classes feed. */
import { type BuildEncoder, gridEncoder, markingEncoder, squareEncoder } from './encoder.ts';

export interface TransformersJsClass {
  readonly encoder: BuildEncoder;
  readonly processor: string;
  readonly imageProcessor: string;
  /** Where it looks for the decoder's sizes: in `text_config`, or (null) beside it. */
  readonly textModelType: string | null;
}

/** By the config's `model_type`: the rows of its registry for image and text that we have a family for. */
export const CLASSES: Readonly<Record<string, TransformersJsClass>> = {
  llava: {
    encoder: squareEncoder,
    processor: 'LlavaProcessor',
    imageProcessor: 'CLIPImageProcessor',
    textModelType: 'llama',
  },
  gemma3: {
    encoder: markingEncoder,
    processor: 'Gemma3Processor',
    imageProcessor: 'Gemma3ImageProcessor',
    textModelType: 'gemma3_text',
  },
  // The two classes differ in what they call the grids, and in where they look for sizes.
  qwen2_vl: {
    encoder: gridEncoder('grid_thw'),
    processor: 'Qwen2VLProcessor',
    imageProcessor: 'Qwen2VLImageProcessor',
    textModelType: null,
  },
  qwen2_5_vl: {
    encoder: gridEncoder('image_grid_thw'),
    processor: 'Qwen2_5_VLProcessor',
    imageProcessor: 'Qwen2VLImageProcessor',
    textModelType: 'qwen2_5_vl_text',
  },
};

/** @throws a sentence where transformers.js has no class for the family */
export function transformersJsClass(family: string): TransformersJsClass {
  const found = CLASSES[family];
  if (found) return found;
  throw new Error(
    `transformers.js 4.3.1 has no class for models of the family ${family}, so no folder of them can be made for it; it has them for ${Object.keys(CLASSES).join(', ')}. Use --format, which writes the workbench's own layout for every family.`,
  );
}
