/** Rows and counts of image tokens against Hugging Face's packing (tools/golden/make_view_goldens.py). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bestResolution, type Resolution } from './best-resolution.ts';
import { tileRows } from './tile-rows.ts';

interface Geometry<Result> {
  readonly tile: number;
  /** Patches of a tile's side. */
  readonly side: number;
  readonly pinpoints: readonly Resolution[];
  readonly cases: readonly [Resolution, Result][];
}

const { rows, tokens } = JSON.parse(
  readFileSync(new URL('../../fixtures/views/views.json', import.meta.url), 'utf8'),
) as { rows: Geometry<number[]>; tokens: Geometry<number> };

function rowsOf({ tile, side, pinpoints }: Geometry<unknown>, size: Resolution): number[] {
  return tileRows(size, bestResolution(size, pinpoints), tile, side);
}

test('the rows of 40 shapes, one by one', () => {
  expect(rows.cases.length).toBe(40);
  for (const [size, expected] of rows.cases)
    expect(rowsOf(rows, size), `${size}`).toEqual(expected);
});

test('the number of tokens of 200 shapes at the published geometry', () => {
  expect(tokens.cases.length).toBe(200);
  for (const [size, expected] of tokens.cases)
    expect(rowsOf(tokens, size).length, `${size}`).toBe(expected);
});

test('without unpadding most shapes would have other rows', () => {
  const { tile, side, pinpoints, cases } = rows;
  const padded = cases.filter(([size, expected]) => {
    const resolution = bestResolution(size, pinpoints);
    // A picture of the resolution's own shape has no padding.
    return tileRows(resolution, resolution, tile, side).join() !== expected.join();
  });
  expect(padded.length).toBeGreaterThan(cases.length / 2);
});
