import type { Tensor } from 'onnxruntime-web';
import { createTensorBuffer } from '../kernels/compute.ts';
import type { ComputeType } from '../models/compute.ts';
import type { DecoderSpec } from '../models/spec.ts';
import { BYTES_PER_ELEMENT } from '../tensor/tensor.ts';
import type { Backend } from './backend.ts';

/** Element types of keys and values, which are those that a graph computes in. */
export type CacheType = ComputeType;

/** What a cache needs to know of a decoder. */
export interface CacheSpec extends Pick<DecoderSpec, 'layers' | 'kvHeads' | 'headDim'> {
  readonly type: CacheType;
}

/** The decoder's cache outputs, key and value of each layer, in order. */
export function presentNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [
    `present.${layer}.key`,
    `present.${layer}.value`,
  ]).flat();
}

/** The cache input that an output goes on in. */
export function pastName(present: string): string {
  return present.replace('present.', 'past_key_values.');
}

/**
 * Keys and values of a batch, `[rows, kv heads, capacity, head size]` for each layer, allocated once
 * at the wanted length: every run is given the same tensors as past and as present, and
 * GroupQueryAttention then writes new keys in place, behind each row's own valid tokens (`seqlens_k`).
 * So rows of unequal length need no padding of their own, and a step costs no copy of the past.
 *
 * On WASM the cache grows from step to step instead: onnxruntime-web copies an output that was handed in
 * into its heap, and never out again, so that such a tensor stays unwritten (1.30, no error). Past and
 * present cross that border in each step anyway, and a cache without spare room is the least to carry.
 */
export class KvCache {
  private readonly backend: Backend;
  private readonly names: readonly string[];
  private readonly inPlace: boolean;
  private tensors: Tensor[];

  private constructor(
    backend: Backend,
    names: readonly string[],
    inPlace: boolean,
    tensors: Tensor[],
  ) {
    this.backend = backend;
    this.names = names;
    this.inPlace = inPlace;
    this.tensors = tensors;
  }

  /** A cache for `capacity` tokens a row, none of them valid yet. GPU buffers are its own. */
  static allocate(
    backend: Backend,
    spec: CacheSpec,
    rows: number,
    capacity: number,
    inPlace = backend.provider !== 'wasm',
  ): KvCache {
    const names = presentNames(spec.layers);
    const dims = [rows, spec.kvHeads, inPlace ? capacity : 0, spec.headDim];
    return new KvCache(
      backend,
      names,
      inPlace,
      names.map(() => emptyTensor(backend, spec.type, dims)),
    );
  }

  /** No room at all, for a prefill that nothing follows: its present tensors are not fetched. */
  static none(backend: Backend, spec: CacheSpec, rows: number): KvCache {
    return KvCache.allocate(backend, spec, rows, 0, false);
  }

  /** The decoder's inputs; the tensors stay the cache's. */
  feeds(): Record<string, Tensor> {
    return Object.fromEntries(this.names.map((name, i) => [pastName(name), this.tensors[i]!]));
  }

  /** What to ask a run for, so that `advance` can take it over. */
  fetches(): Record<string, Tensor | null> {
    return Object.fromEntries(
      this.names.map((name, i) => [name, this.inPlace ? this.tensors[i]! : null]),
    );
  }

  /** Takes over the outputs of a run that read `feeds` and was asked for `fetches`. */
  advance(outputs: Readonly<Record<string, Tensor>>): void {
    if (this.inPlace) return;
    this.dispose();
    this.tensors = this.names.map((name) => this.own(outputs[name]!));
  }

  /** A cache of some of the rows, in the order given, with the same room. This one stays as it is. */
  select(rows: readonly number[]): KvCache {
    const tensors = this.tensors.map((tensor) => selectRows(this.backend, tensor, rows));
    return new KvCache(this.backend, this.names, this.inPlace, tensors);
  }

  /** Frees GPU buffers; no run that reads them may be in flight. */
  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
    this.tensors = [];
  }

  /**
   * onnxruntime-node gives its own memory as an output and may write the next present there: fed straight
   * back as past it was seen to give wrong results, so it is copied. onnxruntime-web gives copies.
   */
  private own(tensor: Tensor): Tensor {
    if (this.backend.provider !== 'cpu') return tensor;
    const data = (tensor.data as CacheData).slice();
    return new this.backend.ort.Tensor(tensor.type, data, tensor.dims);
  }
}

/** What `Tensor.data` is: half floats as raw bits, or as `Float16Array` where the browser has it. */
type CacheData = Float32Array | Uint16Array;

/** A tensor of zeros; on a shared device in a buffer that goes with the tensor. */
function emptyTensor({ ort, device }: Backend, type: CacheType, dims: readonly number[]): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (!device || size === 0) {
    const data = type === 'float16' ? new Uint16Array(size) : new Float32Array(size);
    return new ort.Tensor(type, data, dims);
  }
  const buffer = createTensorBuffer(device, 'key-value cache', size * BYTES_PER_ELEMENT[type]);
  return ort.Tensor.fromGpuBuffer(buffer, {
    dataType: type,
    dims,
    dispose: () => buffer.destroy(),
  });
}

/** Copies rows of the first axis into a new tensor. */
function selectRows(backend: Backend, tensor: Tensor, rows: readonly number[]): Tensor {
  const [, ...row] = tensor.dims;
  const type = tensor.type as CacheType;
  const size = row.reduce((product, dim) => product * dim, 1);
  const selected = emptyTensor(backend, type, [rows.length, ...row]);
  if (tensor.location === 'gpu-buffer') {
    const encoder = backend.device!.createCommandEncoder({ label: 'select cache rows' });
    const [from, to] = [tensor.gpuBuffer as GPUBuffer, selected.gpuBuffer as GPUBuffer];
    // A head's size is a multiple of 8, so that rows of half floats, too, begin at whole words.
    const bytes = size * BYTES_PER_ELEMENT[type];
    rows.forEach((at, i) => encoder.copyBufferToBuffer(from, at * bytes, to, i * bytes, bytes));
    backend.device!.queue.submit([encoder.finish()]);
    return selected;
  }
  const from = tensor.data as CacheData;
  const to = selected.data as CacheData;
  rows.forEach((at, i) => to.set(from.subarray(at * size, (at + 1) * size), i * size));
  return selected;
}
