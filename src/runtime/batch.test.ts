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
  expect(imageSpans([1, 9, 9, 9, 9, 2, 9, 9], 9, 2)).toEqual([
    { start: 1, length: 2 },
    { start: 3, length: 2 },
    { start: 6, length: 2 },
  ]);
});

test('a torn image is refused', () => {
  expect(() => imageSpans([1, 9, 9, 9], 9, 2)).toThrow(/runs of 2 for each image, but 3/);
});
