import { expect, test } from 'vitest';
import { featuresPerBatch, inRuns, picturesPerRun, RUN_BYTES, rowsPerRun } from './batch-limit.ts';

/** The embedded model's widths, and LLaVA-1.5 7B's. */
const SMALL = {
  hiddenSize: 128,
  intermediateSize: 272,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  headDim: 32,
  vocabSize: 2286,
};
const LARGE = {
  hiddenSize: 4096,
  intermediateSize: 11008,
  layers: 32,
  heads: 32,
  kvHeads: 32,
  headDim: 128,
  vocabSize: 32064,
};

test('the usual batch of a small model is one run, and what a large model needs bounds its rows', () => {
  expect(rowsPerRun(SMALL, 206)).toBeGreaterThanOrEqual(36);
  expect(rowsPerRun(LARGE, 700)).toBe(1);
  const rows = rowsPerRun(LARGE, 20);
  const cacheBytes = 2 * LARGE.layers * LARGE.kvHeads * LARGE.headDim * 20 * 4;
  expect(rows).toBeGreaterThan(1);
  expect(rows * cacheBytes).toBeLessThan(RUN_BYTES);
});

test('no tensor of a run is larger than what the device binds', () => {
  const tokens = 206;
  const limit = 2 ** 20;
  const rows = rowsPerRun(SMALL, tokens, limit);
  const bytesOfARow = tokens * SMALL.intermediateSize * 4;
  expect(rows * bytesOfARow).toBeLessThanOrEqual(limit);
  expect((rows + 1) * bytesOfARow).toBeGreaterThan(limit);
});

test('pictures are bounded by the tokens that they make', () => {
  const pictures = (decoder: typeof SMALL, tokensPerImage: number) =>
    picturesPerRun({ decoder, tokensPerImage });
  expect(pictures(SMALL, 144)).toBeGreaterThanOrEqual(9);
  expect(pictures(LARGE, 576)).toBeLessThan(9);
  expect(pictures(LARGE, 100_000)).toBe(1);
});

test('encoded pictures that are held and stacked take no more than a run may', () => {
  for (const [decoder, tokensPerImage] of [
    [SMALL, 144],
    [LARGE, 576],
    [LARGE, 2880],
  ] as const) {
    const held = featuresPerBatch({ decoder, tokensPerImage });
    expect(held).toBeGreaterThan(1);
    expect(2 * held * tokensPerImage * decoder.hiddenSize * 4).toBeLessThanOrEqual(RUN_BYTES);
  }
});

test('runs keep the order and leave nothing out', () => {
  expect(inRuns([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inRuns([], 2)).toEqual([]);
});
