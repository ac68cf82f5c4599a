import { bfloatsToFloats, halvesToFloats } from './float16.ts';
import { type DType, elementCount, type HostTensor, type TypedArrayOf } from './tensor.ts';

const ARRAYS: { [T in DType]: new (buffer: ArrayBuffer) => TypedArrayOf[T] } = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/**
 * A tensor over a copy of little-endian bytes (a copy, because file buffers are rarely aligned).
 * The caller checked that the bytes fill the shape.
 */
export function tensorFromBytes<T extends DType>(
  dtype: T,
  shape: readonly number[],
  bytes: Uint8Array,
): HostTensor<T> {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return { dtype, shape, data: new ARRAYS[dtype](copy.buffer) };
}

/** The tensor's little-endian bytes: a view, not a copy. */
export function tensorBytes(tensor: HostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/**
 * The tensor with float32 elements; a float32 tensor is returned as it is.
 * Throws for integer tensors: silently turning ids into floats has never been what was meant.
 */
export function toFloat32(tensor: HostTensor, name = 'tensor'): HostTensor<'float32'> {
  const { dtype, shape, data } = tensor;
  switch (dtype) {
    case 'float32':
      return tensor as HostTensor<'float32'>;
    case 'float16':
      return { dtype: 'float32', shape, data: halvesToFloats(data as Uint16Array) };
    case 'bfloat16':
      return { dtype: 'float32', shape, data: bfloatsToFloats(data as Uint16Array) };
    case 'float64':
      return { dtype: 'float32', shape, data: Float32Array.from(data as Float64Array) };
    default:
      throw new Error(
        `The tensor ${name} has the element type ${dtype}, but a floating-point type (float32, float16 or bfloat16) is needed.`,
      );
  }
}

/** The transpose of a float32 matrix `[rows, columns]`, in new memory. */
export function transposed(matrix: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows = 0, columns = 0] = matrix.shape;
  const data = new Float32Array(elementCount(matrix.shape));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = matrix.data[row * columns + column] as number;
    }
  }
  return { dtype: 'float32', shape: [columns, rows], data };
}
