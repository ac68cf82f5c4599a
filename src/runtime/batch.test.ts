import { expect, test } from 'vitest';
import { imageSpans, padSequences } from './batch.ts';

test('rows are padded on the right, in their order', () => {
  const batch = padSequences([
    { ids: [5, 9, 9, 6], spans: [{ start: 1, length: 2 }], featureRows: [4], strength: 1 },
    { ids: [7, 8], spans: [], featureRows: [], strength: 0 },
  ]);
  expect([...batch.inputIds]).toEqual([5n, 9n, 9n, 6n, 7n, 8n, 0n, 0n]);
  expect([...batch.imageIndex]).toEqual([-1n, 4n, 5n, -1n, -1n, -1n, -1n, -1n]);
  expect(batch.lengths).toEqual([4, 2]);
  expect([...batch.strengths]).toEqual([1, 0]);
});

test('adjacent images stay two', () => {
  expect(imageSpans([1, 9, 9, 9, 9, 2, 9, 9], 9, [2, 2, 2])).toEqual([
    { start: 1, length: 2 },
    { start: 3, length: 2 },
    { start: 6, length: 2 },
  ]);
});

test('images may differ in size', () => {
  expect(imageSpans([9, 9, 9, 1, 9, 9], 9, [1, 2, 2])).toEqual([
    { start: 0, length: 1 },
    { start: 1, length: 2 },
    { start: 4, length: 2 },
  ]);
});

test('a torn image and a missing picture are refused', () => {
  expect(() => imageSpans([1, 9, 9, 9], 9, [2, 2])).toThrow(
    /number 2 takes 2 image tokens, but 1 stand at token 3/,
  );
  expect(() => imageSpans([1, 9, 9], 9, [1])).toThrow(/at token 2, but only 1 pictures/);
});
