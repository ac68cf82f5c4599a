/**
 * Tensors whose bytes are made when they are wanted: how weights of many gigabytes pass from a
 * checkpoint into a graph's data file without ever being in memory together.
 */
import { tensorBytes, tensorFromBytes } from './convert.ts';
import type { RangeReader, TensorEntry } from './safetensors.ts';
import { BYTES_PER_ELEMENT, type DType, elementCount, type HostTensor } from './tensor.ts';

export interface LazyTensor<T extends DType = DType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  /**
   * The tensor's little-endian bytes, row-major, in pieces of any length, from the beginning at each
   * call. A piece is the producer's again once the next one is asked for.
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Bytes of the whole tensor. */
export function byteCount(tensor: Pick<LazyTensor, 'dtype' | 'shape'>): number {
  return elementCount(tensor.shape) * BYTES_PER_ELEMENT[tensor.dtype];
}

/** A lazy tensor over one in memory; its bytes are a view. */
export function lazyTensor<T extends DType>(tensor: HostTensor<T>): LazyTensor<T> {
  return {
    dtype: tensor.dtype,
    shape: tensor.shape,
    chunks: async function* () {
      yield tensorBytes(tensor);
    },
  };
}

/** A tensor of a safetensors file, streamed, or read in ranges of at most `chunkBytes`. */
export function lazySafetensor(
  file: RangeReader,
  entry: TensorEntry,
  chunkBytes = 16 * 2 ** 20,
): LazyTensor {
  return {
    dtype: entry.dtype,
    shape: entry.shape,
    chunks: async function* () {
      if (file.stream) return yield* file.stream(entry.start, entry.end);
      for (let start = entry.start; start < entry.end; start += chunkBytes) {
        yield await file.read(start, Math.min(start + chunkBytes, entry.end));
      }
    },
  };
}

/** The whole tensor in memory of its own. `name` is for errors. */
export async function readLazyTensor<T extends DType>(
  tensor: LazyTensor<T>,
  name: string,
): Promise<HostTensor<T>> {
  const bytes = new Uint8Array(byteCount(tensor));
  let position = 0;
  for await (const chunk of checkedChunks(tensor, name)) {
    bytes.set(chunk, position);
    position += chunk.byteLength;
  }
  return tensorFromBytes(tensor.dtype, tensor.shape, bytes);
}

/** The tensor's pieces; throws a sentence once they are more or fewer bytes than its shape takes. */
export async function* checkedChunks(tensor: LazyTensor, name: string): AsyncIterable<Uint8Array> {
  const expected = byteCount(tensor);
  let count = 0;
  for await (const chunk of tensor.chunks()) {
    count += chunk.byteLength;
    if (count > expected) break;
    yield chunk;
  }
  if (count !== expected) {
    throw new Error(
      `The tensor ${name} should take ${expected} bytes for its shape [${tensor.shape.join(', ')}] of ${tensor.dtype}, but ${count > expected ? 'more' : `only ${count}`} came; the file it is read from may be cut off.`,
    );
  }
}

/**
 * The tensor's bytes in pieces of `length` (the last may be shorter), each at the beginning of one
 * and the same buffer, so that typed arrays may view them.
 */
export async function* evenChunks(
  tensor: LazyTensor,
  name: string,
  length: number,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(Math.min(length, byteCount(tensor)));
  let filled = 0;
  for await (const chunk of checkedChunks(tensor, name)) {
    for (let taken = 0; taken < chunk.byteLength;) {
      const part = chunk.subarray(taken, taken + piece.byteLength - filled);
      piece.set(part, filled);
      filled += part.byteLength;
      taken += part.byteLength;
      if (filled === piece.byteLength) {
        yield piece;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
