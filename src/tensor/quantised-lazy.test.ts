import { describe, expect, test } from 'vitest';
import { tensorBytes } from './convert.ts';
import { floatToBfloat } from './float16.ts';
import { type LazyTensor, readLazyTensor } from './lazy.ts';
import { type QuantisedFormat, quantiseRows } from './quantise.ts';
import { quantisedMatrix } from './quantised-lazy.ts';

const FORMAT: QuantisedFormat = { bits: 4, blockSize: 32, symmetric: false, scaleType: 'float32' };
const ROWS = 7;
const COLUMNS = 37;
const DATA = Uint16Array.from({ length: ROWS * COLUMNS }, (_, i) => floatToBfloat(Math.sin(i)));

/** The matrix in pieces of `step` bytes; counts how often it was read. */
function source(step: number, bytes = tensorBytes({ dtype: 'bfloat16', shape: [], data: DATA })) {
  const count = { reads: 0 };
  const tensor: LazyTensor = {
    dtype: 'bfloat16',
    shape: [ROWS, COLUMNS],
    chunks: async function* () {
      count.reads++;
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    },
  };
  return { tensor, count };
}

describe('a matrix that streams by', () => {
  const whole = quantiseRows({ dtype: 'bfloat16', data: DATA }, ROWS, COLUMNS, FORMAT);

  test.each([1, 7, 74, 100, 10_000])(
    'in pieces of %i bytes it is quantised alike',
    async (step) => {
      const { tensor, count } = source(step);
      const { codes, scales, zeroPoints } = quantisedMatrix(tensor, 'w', FORMAT);
      expect((await readLazyTensor(codes, 'codes')).data).toEqual(whole.codes);
      expect((await readLazyTensor(scales, 'scales')).data).toEqual(whole.scales);
      const zeros = zeroPoints && (await readLazyTensor(zeroPoints, 'zeros'));
      expect(zeros?.data).toEqual(whole.zeroPoints);
      expect(count.reads).toBe(1);
    },
  );

  test('parts may be read in any order and again', async () => {
    const { scales, codes } = quantisedMatrix(source(9).tensor, 'w', FORMAT);
    for (let i = 0; i < 2; i++) {
      expect((await readLazyTensor(scales, 'scales')).data).toEqual(whole.scales);
      expect((await readLazyTensor(codes, 'codes')).data).toEqual(whole.codes);
    }
  });

  test('a source that ends too early is named', async () => {
    const short = tensorBytes({ dtype: 'bfloat16', shape: [], data: DATA.subarray(0, -3) });
    const { codes } = quantisedMatrix(source(50, short).tensor, 'layers.0.weight', FORMAT);
    await expect(readLazyTensor(codes, 'codes')).rejects.toThrow(
      'The tensor layers.0.weight should take 518 bytes for its shape [7, 37] of bfloat16, but only 512 came',
    );
  });

  test('a weight that is no number is named with its tensor', async () => {
    const broken = DATA.slice();
    broken[3 * COLUMNS] = 0x7fc0;
    const bytes = tensorBytes({ dtype: 'bfloat16', shape: [], data: broken });
    const { codes } = quantisedMatrix(source(50, bytes).tensor, 'layers.0.weight', FORMAT);
    await expect(readLazyTensor(codes, 'codes')).rejects.toThrow(
      /^In the tensor layers\.0\.weight, rows counted from 0: A weight in row 3, /,
    );
  });

  test('ids are no weights', () => {
    const tensor: LazyTensor = { ...source(8).tensor, dtype: 'int64' };
    expect(() => quantisedMatrix(tensor, 'ids', FORMAT)).toThrow(
      'The tensor ids should be a matrix of float32, float16 or bfloat16 to be quantised, but it is [7, 37] of int64.',
    );
  });
});
