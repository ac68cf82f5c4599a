/** The table of image processors: pictures to what a vision graph reads, as Hugging Face's PIL-based ones do it. */
import type { RgbImage } from '../tensor/image.ts';
import type { ImageProcessorSpec, ProcessedImage } from '../tensor/image-processor.ts';
import { fixedView } from './fixed-view.ts';
import { tiledView } from './tiled-view.ts';
import { patchedView } from './patched-view.ts';

type Processors = {
  readonly [Kind in ImageProcessorSpec['kind']]?: (
    image: RgbImage,
    settings: Extract<ImageProcessorSpec, { kind: Kind }>,
  ) => ProcessedImage;
};

const PROCESSORS: Processors = {
  fixed: fixedView,
  tiled: tiledView,
  patched: patchedView,
};

/** Prepares one picture. The tensors are the caller's. */
export function processImage(image: RgbImage, settings: ImageProcessorSpec): ProcessedImage {
  const process = PROCESSORS[settings.kind] as
    ((image: RgbImage, settings: ImageProcessorSpec) => ProcessedImage) | undefined;
  if (!process) throw new Error(`There is no image processor of the kind ${settings.kind} yet.`);
  return process(image, settings);
}
