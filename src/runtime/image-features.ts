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

/** One picture's rows in the tensor of its run: f32 `[tokens, hidden]` from row `index · tokens` on. */
export class EncodedImage implements ImageFeatures {
  readonly id: number;
  readonly tokens: number;
  readonly index: number;
  private shared: SharedFeatures | undefined;
  private readonly onRelease: (image: EncodedImage) => void;

  constructor(
    id: number,
    tokens: number,
    index: number,
    shared: SharedFeatures,
    onRelease: (image: EncodedImage) => void,
  ) {
    this.id = id;
    this.tokens = tokens;
    this.index = index;
    this.shared = shared;
    this.onRelease = onRelease;
  }

  /** The tensor `[n, tokens, hidden]`, which stays the engine's. */
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

/** Splits the vision encoder's output, f32 `[n, tokens, hidden]`, into pictures; takes the tensor over. */
export function splitFeatures(
  tensor: Tensor,
  firstId: number,
  onRelease: (image: EncodedImage) => void,
): EncodedImage[] {
  const [n, tokens] = tensor.dims as [number, number];
  const shared = new SharedFeatures(tensor, n);
  return Array.from(
    { length: n },
    (_, index) => new EncodedImage(firstId + index, tokens, index, shared, onRelease),
  );
}

/** The features of several pictures one below the other, as the embedding graph reads them. */
export interface StackedFeatures {
  /** f32 `[Σ tokens, hidden]`. */
  readonly tensor: Tensor;
  /** First row of each picture, in the order given. */
  readonly firstRows: readonly number[];
  dispose(): void;
}

/** Copies features below each other, GPU to GPU on a shared device; the result is the caller's. */
export function stackFeatures(backend: Backend, images: readonly EncodedImage[]): StackedFeatures {
  const hidden = images[0]!.tensor.dims[2]!;
  const firstRows: number[] = [];
  let rows = 0;
  for (const image of images) {
    firstRows.push(rows);
    rows += image.tokens;
  }
  const dims = [rows, hidden];
  const { Tensor } = backend.ort;
  if (!backend.device) {
    const data = new Float32Array(rows * hidden);
    images.forEach((image, i) => {
      const size = image.tokens * hidden;
      const all = image.tensor.data as Float32Array;
      data.set(all.subarray(image.index * size, (image.index + 1) * size), firstRows[i]! * hidden);
    });
    return { tensor: new Tensor('float32', data, dims), firstRows, dispose: () => {} };
  }
  const buffer = createTensorBuffer(backend.device, 'image features', rows * hidden * 4);
  const encoder = backend.device.createCommandEncoder();
  images.forEach((image, i) => {
    const size = image.tokens * hidden * 4;
    const source = image.tensor.gpuBuffer as GPUBuffer;
    encoder.copyBufferToBuffer(
      source,
      image.index * size,
      buffer,
      firstRows[i]! * hidden * 4,
      size,
    );
  });
  backend.device.queue.submit([encoder.finish()]);
  return {
    tensor: Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims }),
    firstRows,
    dispose: () => buffer.destroy(),
  };
}
