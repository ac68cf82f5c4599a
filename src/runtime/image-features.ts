import type { Tensor } from 'onnxruntime-web';
import { createTensorBuffer } from '../kernels/compute.ts';
import type { Backend } from './backend.ts';
import type { ImageFeatures } from './engine.ts';

/** Pictures that were encoded in one run share a tensor; it goes when the last of them goes. */
class SharedFeatures {
  readonly tensor: Tensor;
  private holders: number;

  constructor(tensor: Tensor, holders: number) {
    this.tensor = tensor;
    this.holders = holders;
  }

  drop(): void {
    if (--this.holders === 0) this.tensor.dispose();
  }
}

/** Takes over a run's features, f32 `[…, hidden]`, for as many pictures. */
export function sharedFeatures(tensor: Tensor, holders: number): SharedFeatures {
  return new SharedFeatures(tensor, holders);
}

interface EncodedImageParts {
  readonly id: number;
  readonly tokens: number;
  /** M-RoPE: f32 `[3, tokens]` above the image's first id. */
  readonly offsets: Float32Array<ArrayBuffer> | undefined;
  readonly firstRow: number;
  readonly shared: SharedFeatures;
  readonly onRelease: (image: EncodedImage) => void;
}

/** One picture's rows in the tensor of its run: f32 `[tokens, hidden]` from `firstRow` on. */
export class EncodedImage implements ImageFeatures {
  readonly id: number;
  readonly tokens: number;
  readonly offsets: Float32Array<ArrayBuffer> | undefined;
  readonly firstRow: number;
  private shared: SharedFeatures | undefined;
  private readonly onRelease: (image: EncodedImage) => void;

  constructor({ id, tokens, offsets, firstRow, shared, onRelease }: EncodedImageParts) {
    this.id = id;
    this.tokens = tokens;
    this.offsets = offsets;
    this.firstRow = firstRow;
    this.shared = shared;
    this.onRelease = onRelease;
  }

  /** The tensor of the whole run, f32 `[…, hidden]`, which stays the engine's. */
  get tensor(): Tensor {
    if (!this.shared)
      throw new Error(
        `The picture with id ${this.id} was released and cannot be asked about any more; encode it again.`,
      );
    return this.shared.tensor;
  }

  release(): void {
    this.shared?.drop();
    this.shared = undefined;
    this.onRelease(this);
  }
}

/** The features of several pictures one below the other, as the embedding graph reads them. */
export interface StackedFeatures {
  /** f32 `[Σ tokens, hidden]`; at least one row. */
  readonly tensor: Tensor;
  /** First row of each picture, in the order given. */
  readonly firstRows: readonly number[];
  dispose(): void;
}

/**
 * Copies features below each other, GPU to GPU on a shared device; the result is the caller's. Without
 * pictures it is one row of zeros, which no token reads.
 */
export function stackFeatures(
  backend: Backend,
  images: readonly EncodedImage[],
  hidden: number,
): StackedFeatures {
  const firstRows: number[] = [];
  let rows = 0;
  for (const image of images) {
    firstRows.push(rows);
    rows += image.tokens;
  }
  const dims = [Math.max(1, rows), hidden];
  const { Tensor } = backend.ort;
  if (!backend.device || rows === 0) {
    const data = new Float32Array(dims[0]! * hidden);
    images.forEach(({ tensor, firstRow, tokens }, i) => {
      const all = tensor.data as Float32Array;
      const own = all.subarray(firstRow * hidden, (firstRow + tokens) * hidden);
      data.set(own, firstRows[i]! * hidden);
    });
    return { tensor: new Tensor('float32', data, dims), firstRows, dispose: () => {} };
  }
  const buffer = createTensorBuffer(backend.device, 'image features', rows * hidden * 4);
  const encoder = backend.device.createCommandEncoder();
  images.forEach(({ tensor, firstRow, tokens }, i) => {
    const source = tensor.gpuBuffer as GPUBuffer;
    const rowBytes = hidden * 4;
    encoder.copyBufferToBuffer(
      source,
      firstRow * rowBytes,
      buffer,
      firstRows[i]! * rowBytes,
      tokens * rowBytes,
    );
  });
  backend.device.queue.submit([encoder.finish()]);
  return {
    tensor: Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims }),
    firstRows,
    dispose: () => buffer.destroy(),
  };
}

/** All rows of whole runs in CPU memory, one below another; the copy is the caller's. */
export async function downloadFeatures(images: readonly EncodedImage[]): Promise<Float32Array> {
  // Of the runs' own tensors: only those that onnxruntime made can be downloaded.
  const tensors = [...new Set(images.map(({ tensor }) => tensor))];
  const parts = await Promise.all(tensors.map((t) => t.getData() as Promise<Float32Array>));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
