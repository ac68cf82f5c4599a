/** Floating-point tensors that change their type while they stream by. */
import { bfloatToFloat, floatToHalf, halfToFloat } from './float16.ts';
import { evenChunks, type LazyTensor } from './lazy.ts';
import { BYTES_PER_ELEMENT, type DType, type TypedArrayOf } from './tensor.ts';

type FloatType = 'float32' | 'float16' | 'bfloat16';

/** Elements that are converted at a time. */
const PIECE = 2 ** 20;

/**
 * `source` as float32 or float16 (to the nearest, ties to even); itself where it is that already.
 * Reading throws a sentence where float16 cannot hold a value. `name` is for errors.
 */
export function lazyFloats<T extends 'float32' | 'float16'>(
  source: LazyTensor,
  name: string,
  dtype: T,
): LazyTensor<T> {
  if (source.dtype === dtype) return source as LazyTensor<T>;
  const from = floatType(source.dtype, name);
  return {
    dtype,
    shape: source.shape,
    chunks: async function* () {
      const target = dtype === 'float32' ? new Float32Array(PIECE) : new Uint16Array(PIECE);
      for await (const bytes of evenChunks(source, name, PIECE * BYTES_PER_ELEMENT[from])) {
        const values = typedView(from, bytes);
        convert(from, values, target, name);
        yield new Uint8Array(target.buffer, 0, values.length * target.BYTES_PER_ELEMENT);
      }
    },
  };
}

/** The element type, if weights can have it; throws a sentence that names the tensor otherwise. */
export function floatType(dtype: DType, name: string): FloatType {
  if (dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16') return dtype;
  throw new Error(
    `The tensor ${name} has the element type ${dtype}, but a floating-point type (float32, float16 or bfloat16) is needed.`,
  );
}

function typedView(dtype: FloatType, bytes: Uint8Array<ArrayBuffer>): TypedArrayOf[FloatType] {
  const { buffer, byteOffset, byteLength } = bytes;
  return dtype === 'float32'
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Uint16Array(buffer, byteOffset, byteLength / 2);
}

function convert(
  from: FloatType,
  values: TypedArrayOf[FloatType],
  target: Float32Array | Uint16Array,
  name: string,
): void {
  if (target instanceof Uint16Array) {
    toHalves(from, values, target, name);
  } else if (from === 'bfloat16') {
    // A bfloat16 is the upper half of a float32.
    const words = new Uint32Array(target.buffer);
    for (let i = 0; i < values.length; i++) words[i] = (values[i] as number) << 16;
  } else {
    for (let i = 0; i < values.length; i++) target[i] = halfToFloat(values[i] as number);
  }
}

function toHalves(
  from: FloatType,
  values: TypedArrayOf[FloatType],
  target: Uint16Array,
  name: string,
): void {
  for (let i = 0; i < values.length; i++) {
    const raw = values[i] as number;
    const value = from === 'bfloat16' ? bfloatToFloat(raw) : raw;
    const half = floatToHalf(value);
    if ((half & 0x7fff) === 0x7c00 && Number.isFinite(value)) {
      throw new Error(
        `The tensor ${name} holds the value ${value}, which float16 cannot hold; keep it as float32.`,
      );
    }
    target[i] = half;
  }
}
