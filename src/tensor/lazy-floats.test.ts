import { describe, expect, test } from 'vitest';
import { tensorBytes } from './convert.ts';
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from './float16.ts';
import { lazyFloats } from './lazy-floats.ts';
import { type LazyTensor, lazyTensor, readLazyTensor } from './lazy.ts';
import type { HostTensor } from './tensor.ts';

const VALUES = Float32Array.from({ length: 101 }, (_, i) => Math.tan(i));
const SHAPE = [101];
const FLOATS: HostTensor = { dtype: 'float32', shape: SHAPE, data: VALUES };
const HALVES: HostTensor = {
  dtype: 'float16',
  shape: SHAPE,
  data: Uint16Array.from(VALUES, floatToHalf),
};
const BFLOATS: HostTensor = {
  dtype: 'bfloat16',
  shape: SHAPE,
  data: Uint16Array.from(VALUES, floatToBfloat),
};

/** A tensor that comes in pieces which cut elements in two. */
function inPieces(tensor: HostTensor): LazyTensor {
  const bytes = tensorBytes(tensor);
  return {
    ...tensor,
    chunks: async function* () {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
}

async function converted(tensor: HostTensor, dtype: 'float32' | 'float16') {
  return [...(await readLazyTensor(lazyFloats(inPieces(tensor), 'w', dtype), 'w')).data];
}

describe('floating-point types that change on the way', () => {
  test('to float32 every value stays', async () => {
    expect(await converted(FLOATS, 'float32')).toEqual([...VALUES]);
    expect(await converted(HALVES, 'float32')).toEqual(
      Array.from(HALVES.data as Uint16Array, halfToFloat),
    );
    expect(await converted(BFLOATS, 'float32')).toEqual(
      Array.from(BFLOATS.data as Uint16Array, bfloatToFloat),
    );
  });

  test('to float16 they are rounded', async () => {
    expect(await converted(FLOATS, 'float16')).toEqual([...(HALVES.data as Uint16Array)]);
    expect(await converted(HALVES, 'float16')).toEqual([...(HALVES.data as Uint16Array)]);
    expect(await converted(BFLOATS, 'float16')).toEqual(
      Array.from(BFLOATS.data as Uint16Array, (value) => floatToHalf(bfloatToFloat(value))),
    );
  });

  test('many pieces join without a seam', async () => {
    const length = 2 ** 20 + 3;
    const data = Uint16Array.from({ length }, (_, i) => floatToBfloat(i % 251));
    const source = lazyTensor({ dtype: 'bfloat16', shape: [length], data });
    const result = (await readLazyTensor(lazyFloats(source, 'w', 'float32'), 'w')).data;
    expect(result.every((value, i) => value === i % 251)).toBe(true);
  });

  test('a value that float16 cannot hold is named', async () => {
    const data = Float32Array.of(1, 70000);
    const tensor: HostTensor = { dtype: 'float32', shape: [2], data };
    await expect(converted(tensor, 'float16')).rejects.toThrow(
      'The tensor w holds the value 70000, which float16 cannot hold; keep it as float32.',
    );
  });

  test('ids are refused', () => {
    const ids: HostTensor = { dtype: 'int32', shape: [1], data: Int32Array.of(1) };
    expect(() => lazyFloats(lazyTensor(ids), 'ids', 'float32')).toThrow(
      /The tensor ids has the element type int32/,
    );
  });
});
