import { describe, expect, it } from 'vitest';
import type { TileBlock } from '../data/picture-tiles.ts';
import { rankCorrelation } from '../results/statistics/rank-correlation.ts';
import { coarseToFine } from './coarse-to-fine.ts';

/** A map that is known beforehand; a block changes as much as its tiles together. */
function search(rows: number, columns: number, truth: (row: number, column: number) => number) {
  const tiles = Float64Array.from({ length: rows * columns }, (_, at) =>
    truth(Math.floor(at / columns), at % columns),
  );
  const inside = (block: TileBlock) => {
    const values: number[] = [];
    for (let row = block.row; row < block.row + block.rows; row++)
      for (let column = block.column; column < block.column + block.columns; column++)
        values.push(tiles[row * columns + column]!);
    return values;
  };
  const measured: TileBlock[] = [];
  return {
    tiles,
    measured,
    rows,
    columns,
    isBlank: (block: TileBlock) => inside(block).every((value) => value === 0),
    measure(blocks: readonly TileBlock[]) {
      measured.push(...blocks);
      return Promise.resolve(blocks.map((block) => inside(block).reduce((a, b) => a + b, 0)));
    },
  };
}

const hill = (row: number, column: number) => Math.exp(-((row - 3) ** 2 + (column - 9) ** 2) / 10);

describe('coarseToFine', () => {
  it.each([
    [12, 12],
    [20, 20],
    [24, 24],
    [13, 19],
  ])('finds a hill among %i x %i tiles with fewer passes', async (rows, columns) => {
    const map = search(rows, columns, hill);
    const values = await coarseToFine(map);
    expect(map.measured.length).toBeLessThan(rows * columns * 0.65);
    expect(values).toHaveLength(rows * columns);
    expect(values.indexOf(Math.max(...values))).toBe(3 * columns + 9);
    // What was measured tile by tile is what it is.
    const single = map.measured.filter((block) => block.rows * block.columns === 1);
    expect(single.length).toBeGreaterThan(8);
    for (const { row, column } of single)
      expect(values[row * columns + column]).toBe(map.tiles[row * columns + column]);
    expect(rankCorrelation(values, map.tiles)).toBeGreaterThan(0.8);
  });

  it('gives unrefined tiles what a part has of its block', async () => {
    // A flat map: no block is hotter than another, and each part has a quarter.
    const map = search(12, 12, () => 1);
    const values = await coarseToFine(map);
    for (const value of values) expect(value).toBeCloseTo(1, 9);
  });

  it('runs no blank block, and none at all of a blank map', async () => {
    const half = search(12, 12, (_, column) => (column < 6 ? 0 : 1 + column));
    const values = await coarseToFine(half);
    for (const block of half.measured) expect(half.isBlank(block)).toBe(false);
    half.tiles.forEach((value, at) => expect(values[at]! > 0).toBe(value > 0));
    const blank = search(5, 7, () => 0);
    expect([...(await coarseToFine(blank))]).toEqual(Array(35).fill(0));
    expect(blank.measured).toEqual([]);
  });

  it('measures every tile where there are too few to begin with blocks', async () => {
    const map = search(3, 4, (row, column) => 1 + row * 4 + column);
    expect(await coarseToFine(map)).toEqual(map.tiles);
    expect(map.measured).toHaveLength(12);
  });
});
