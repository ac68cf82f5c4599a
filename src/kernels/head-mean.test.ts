import { expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchHeadMean,
  headMeanReference,
  validateHeadMean,
  type HeadMeanShape,
} from './head-mean.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

const SHAPE = { heads: 3, columns: 67, weight: 1 / 3 };
const perHead = Float32Array.from({ length: 3 * 67 }, (_, i) => ((i * 37) % 101) / 64);

/** Twice: a row that is put there, then one that is added to it, with garbage around. */
const STEPS: readonly HeadMeanShape[] = [
  { ...SHAPE, first: 70, add: false },
  { ...SHAPE, first: 70, add: true, weight: 0.25 },
];

function expected(): Float32Array<ArrayBuffer> {
  const result = new Float32Array(140).fill(7);
  for (const step of STEPS) {
    validateHeadMean(step, perHead, result);
    headMeanReference(step, perHead, result);
  }
  return result;
}

test('the reference gives the weighted sum in its row alone', () => {
  const result = expected();
  const sum = perHead[5]! + perHead[67 + 5]! + perHead[134 + 5]!;
  expect(result[70 + 5]).toBeCloseTo(sum / 3 + sum / 4, 5);
  expect([...result.subarray(0, 70), ...result.subarray(137)]).toEqual(Array(73).fill(7));
});

testWithDevice('the kernel gives the same', async (device) => {
  const input = uploadBuffer(device, perHead);
  const result = uploadBuffer(device, new Float32Array(140).fill(7));
  for (const step of STEPS) dispatchHeadMean(device, step, input, result);
  const found = new Float32Array(await readBuffer(device, result, 140 * 4));
  expected().forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
  for (const buffer of [input, result]) buffer.destroy();
});

test('a row that does not fit is refused', () => {
  const shape = { ...SHAPE, first: 74, add: false };
  expect(() => validateHeadMean(shape, perHead, new Float32Array(140))).toThrow(
    /67 entries from 74 on does not fit into a result of 140/,
  );
});
