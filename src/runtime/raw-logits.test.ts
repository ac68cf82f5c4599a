import { describe, expect, test } from 'vitest';
import { repack, unpackLogits } from './raw-logits.ts';

const int64 = (shape: number[], values: number[]) => ({
  dtype: 'int64' as const,
  shape,
  data: BigInt64Array.from(values, BigInt),
});

const NONE = new Map();
const MODEL = { imageTokenId: 99, vocabSize: 100 };
const IDS = int64([2, 4], [0, 0, 5, 6, 7, 8, 9, 0]);
const MASK = int64([2, 4], [0, 0, 1, 1, 1, 1, 1, 0]);

test('rows padded on either side move to the left edge, and their logits back', () => {
  const packed = repack({ input_ids: IDS, attention_mask: MASK, pictures: NONE }, MODEL, [], 0.5);
  expect([...packed.batch.inputIds]).toEqual([5n, 6n, 0n, 7n, 8n, 9n]);
  expect(packed.batch.lengths).toEqual([2, 3]);
  const logits = Float32Array.of(1, 2, -1, 3, 4, 5);
  expect([...unpackLogits(logits, packed, 4).data]).toEqual([0, 0, 1, 2, 3, 4, 5, 0]);
});

describe('what is refused', () => {
  test('a hole in the mask', () => {
    const mask = int64([2, 4], [1, 0, 1, 1, 1, 1, 1, 0]);
    expect(() =>
      repack({ input_ids: IDS, attention_mask: mask, pictures: NONE }, MODEL, [], 0),
    ).toThrow(/Row 0 of attention_mask has a hole/);
  });
  test('ids outside the vocabulary', () => {
    for (const id of [-1, 100]) {
      const raw = { input_ids: int64([1, 2], [1, id]), pictures: NONE };
      expect(() => repack(raw, MODEL, [], 0)).toThrow(`holds ${id}, but the model's vocabulary`);
    }
  });
  test('images without pictures', () => {
    const ids = int64([1, 4], [1, 99, 99, 99]);
    expect(() => repack({ input_ids: ids, pictures: NONE }, MODEL, [], 0)).toThrow(
      /only 0 pictures were given/,
    );
  });
  test('pictures without images', () => {
    const raw = { input_ids: IDS, pictures: NONE };
    expect(() => repack(raw, MODEL, [{ tokens: 3 }], 0)).toThrow(/hold 0 images, but 1 pictures/);
  });
  test('a mask of another shape', () => {
    const mask = int64([1, 4], [1, 1, 1, 1]);
    expect(() =>
      repack({ input_ids: IDS, attention_mask: mask, pictures: NONE }, MODEL, [], 0),
    ).toThrow(/\[2, 4\], but it is \[1, 4\]/);
  });
});
