import type { Tensor } from 'onnxruntime-web';
import { uploadBuffer } from '../kernels/compute.ts';
import {
  dispatchOcclusionMask,
  maskChanges,
  occlusionMaskReference,
  someMasks,
  validateOcclusionMask,
  type OcclusionMasks,
  type PixelLayout,
} from '../kernels/occlusion-mask.ts';
import type { ModelSpec } from '../models/spec.ts';
import type { ImageProcessorSpec, ProcessedImage } from '../tensor/image-processor.ts';
import type { Backend } from './backend.ts';

/** How the pixels lie that an image processor made. */
export function pixelLayout(image: ProcessedImage, settings: ImageProcessorSpec): PixelLayout {
  if (settings.kind === 'patched') {
    const [, rows, columns] = image.grid!;
    const { patchSize, temporalPatchSize, mergeSize } = settings;
    return {
      kind: 'patches',
      rows,
      columns,
      side: patchSize,
      frames: temporalPatchSize,
      mergeSize,
    };
  }
  const [height, width] = image.pixels.shape.slice(-2) as [number, number];
  const views = image.pixels.data.length / (3 * height * width);
  return { kind: 'planes', views, height, width };
}

/** Pixels of a side of the patches that a model's vision encoder reads. */
export function patchSide({ vision }: Pick<ModelSpec, 'vision'>): number {
  return vision.kind === 'qwen' ? vision.patchSize : vision.tower.patchSize;
}

/** Which masks change a picture at all; what the others give is what the picture itself gives. */
export function changingMasks(
  image: ProcessedImage,
  settings: ImageProcessorSpec,
  masks: OcclusionMasks,
): boolean[] {
  const layout = pixelLayout(image, settings);
  validateOcclusionMask(layout, image.pixels.data, masks);
  return Array.from({ length: masks.count }, (_, mask) =>
    maskChanges(layout, image.pixels.data, masks, mask),
  );
}

/** Some of the masked copies as the tensor that a vision graph reads. */
export interface MaskedTensor {
  readonly tensor: Tensor;
  /** Call it when the run that reads the tensor was made. */
  dispose(): void;
}

/**
 * Writes masked copies of one picture's pixels, on a shared device without a way through the CPU: the
 * picture is uploaded once, and the kernel makes each batch of copies where the session reads it.
 */
export class MaskedPixels {
  private readonly backend: Backend;
  private readonly layout: PixelLayout;
  private readonly pixels: Float32Array;
  private readonly masks: OcclusionMasks;
  private readonly uploaded: GPUBuffer | undefined;

  /** Throws a sentence where masks and picture do not fit. Dispose it when done. */
  constructor(
    backend: Backend,
    image: ProcessedImage,
    settings: ImageProcessorSpec,
    masks: OcclusionMasks,
  ) {
    this.backend = backend;
    this.layout = pixelLayout(image, settings);
    this.pixels = image.pixels.data;
    this.masks = masks;
    validateOcclusionMask(this.layout, this.pixels, masks);
    const { device } = backend;
    this.uploaded = device && uploadBuffer(device, image.pixels.data as Float32Array<ArrayBuffer>);
  }

  /** Bytes of one copy. */
  get copyBytes(): number {
    return this.pixels.byteLength;
  }

  /** `count` copies from mask `first` on, as f32 `dims`. */
  write(first: number, count: number, dims: readonly number[]): MaskedTensor {
    const { ort, device } = this.backend;
    const masks = someMasks(this.layout, this.masks, first, count);
    if (!device || !this.uploaded) {
      const data = occlusionMaskReference(this.layout, this.pixels, masks);
      return { tensor: new ort.Tensor('float32', data, dims), dispose: () => {} };
    }
    const rectangles = uploadBuffer(device, masks.rectangles);
    const buffers = { base: this.uploaded, rectangles };
    const buffer = dispatchOcclusionMask(device, this.layout, masks, buffers);
    rectangles.destroy();
    const tensor = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims });
    return { tensor, dispose: () => buffer.destroy() };
  }

  /** No run that reads a copy may be in flight. */
  dispose(): void {
    this.uploaded?.destroy();
  }
}
