import type { Tensor } from 'onnxruntime-web';
import type { DecoderSpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';

/** The decoder's cache outputs, key and value of each layer, in order. */
export function presentNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [
    `present.${layer}.key`,
    `present.${layer}.value`,
  ]).flat();
}

/**
 * Keys and values of a batch, f32 `[rows, kv heads, tokens, head size]` for each layer. On a shared
 * device they stay in the buffers that onnxruntime made for them. The operator writes a step's keys
 * behind each row's own valid tokens (`seqlens_k`), so rows of unequal length need no padding of
 * their own.
 */
export class KvCache {
  private readonly backend: Backend;
  private readonly names: readonly string[];
  private tensors: Tensor[];

  private constructor(backend: Backend, names: readonly string[], tensors: Tensor[]) {
    this.backend = backend;
    this.names = names;
    this.tensors = tensors;
  }

  /** A cache without tokens. */
  static empty(backend: Backend, spec: DecoderSpec, rows: number): KvCache {
    const dims = [rows, spec.kvHeads, 0, spec.headDim];
    const names = presentNames(spec.layers);
    const { Tensor } = backend.ort;
    const tensors = names.map(() => new Tensor('float32', new Float32Array(0), dims));
    return new KvCache(backend, names, tensors);
  }

  /** The decoder's inputs; the tensors stay the cache's. */
  feeds(): Record<string, Tensor> {
    return Object.fromEntries(
      this.names.map((name, i) => [name.replace('present.', 'past_key_values.'), this.tensors[i]!]),
    );
  }

  /** Takes over a run's cache outputs in place of what the cache held. */
  advance(outputs: Readonly<Record<string, Tensor>>): void {
    this.dispose();
    this.tensors = this.names.map((name) => this.keep(outputs[name]!));
  }

  /** Frees GPU buffers; no run that reads them may be in flight. */
  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
    this.tensors = [];
  }

  /**
   * A CPU output is copied: fed straight back as `past` it was seen to give wrong results, because the
   * runtime may write the next `present` where the last one lies.
   */
  private keep(tensor: Tensor): Tensor {
    if (tensor.location === 'gpu-buffer') return tensor;
    const data = (tensor.data as Float32Array).slice();
    const copy = new this.backend.ort.Tensor('float32', data, tensor.dims);
    tensor.dispose();
    return copy;
  }
}
