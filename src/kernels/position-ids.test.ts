import { describe, expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchPositionIds,
  roundedReference,
  rowIndexReference,
  validatePositionIds,
} from './position-ids.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

describe('row indices', () => {
  test('count on from the first row of each block', () => {
    const found = rowIndexReference({ rows: 2, length: 3 }, Uint32Array.of(0, 10));
    expect([...found]).toEqual([0n, 1n, 2n, 10n, 11n, 12n]);
  });

  for (const [rows, length] of [
    [1, 1],
    [3, 131],
    [7, 9001],
  ] as const)
    testWithDevice(`${rows} rows of ${length} tokens equal the reference`, async (device) => {
      const firstRow = Uint32Array.from({ length: rows }, (_, b) => b * (length + 5) + 2);
      validatePositionIds('row_index', { rows, length }, firstRow);
      const values = uploadBuffer(device, firstRow);
      const ids = dispatchPositionIds(device, 'row_index', { rows, length }, values);
      const found = new BigInt64Array(await readBuffer(device, ids, rows * length * 8));
      for (const buffer of [values, ids]) buffer.destroy();
      expect(found).toEqual(rowIndexReference({ rows, length }, firstRow));
    });
});

describe('rounded positions', () => {
  test('take halves to the even neighbour', () => {
    const found = roundedReference(Float32Array.of(0.5, 1.5, 2.5, 2.4, 2.6, 7));
    expect([...found]).toEqual([0n, 2n, 2n, 2n, 3n, 7n]);
  });

  testWithDevice('equal the reference', async (device) => {
    const positions = Float32Array.from({ length: 3 * 211 }, (_, n) => n * 0.25 + (n % 5) * 100);
    const shape = { rows: 3, length: 211 };
    validatePositionIds('rounded', shape, positions);
    const values = uploadBuffer(device, positions);
    const ids = dispatchPositionIds(device, 'rounded', shape, values);
    const found = new BigInt64Array(await readBuffer(device, ids, positions.length * 8));
    for (const buffer of [values, ids]) buffer.destroy();
    expect(found).toEqual(roundedReference(positions));
  });
});

test('values that do not fit the shape are refused', () => {
  const shape = { rows: 2, length: 3 };
  expect(() => validatePositionIds('row_index', shape, Uint32Array.of(0))).toThrow(/2 entries/);
  expect(() => validatePositionIds('rounded', shape, Float32Array.of(0))).toThrow(/6 entries/);
});
