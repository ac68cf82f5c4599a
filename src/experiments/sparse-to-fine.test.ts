import { describe, expect, it } from 'vitest';
import type { TileBlock } from '../data/picture-tiles.ts';
import { rankCorrelation } from '../results/statistics/rank-correlation.ts';
import { sparseToFine } from './sparse-to-fine.ts';

/** A map that is known beforehand. */
function search(rows: number, columns: number, truth: (row: number, column: number) => number) {
  const at = ({ row, column }: TileBlock) => truth(row, column);
  const measured: TileBlock[] = [];
  return {
    tiles: Float64Array.from({ length: rows * columns }, (_, tile) =>
      truth(Math.floor(tile / columns), tile % columns),
    ),
    measured,
    rows,
    columns,
    isBlank: (block: TileBlock) => at(block) === 0,
    measure(blocks: readonly TileBlock[]) {
      measured.push(...blocks);
      return Promise.resolve(blocks.map(at));
    },
  };
}

const hill = (row: number, column: number) => Math.exp(-((row - 3) ** 2 + (column - 9) ** 2) / 10);

describe('sparseToFine', () => {
  it.each([
    [12, 12],
    [20, 20],
    [13, 19],
  ])('finds a hill among %i x %i tiles with half of the passes', async (rows, columns) => {
    const map = search(rows, columns, hill);
    const values = await sparseToFine(map);
    expect(map.measured).toHaveLength(Math.ceil((rows * columns) / 2));
    expect(new Set(map.measured).size).toBe(map.measured.length);
    for (const { row, column } of map.measured)
      expect(values[row * columns + column]).toBe(map.tiles[row * columns + column]);
    expect(values.indexOf(Math.max(...values))).toBe(3 * columns + 9);
    expect(rankCorrelation(values, map.tiles)).toBeGreaterThan(0.9);
  });

  it('measures the hot tiles rather than the cold ones', async () => {
    const map = search(20, 20, hill);
    await sparseToFine(map);
    const hot = [...map.tiles.keys()].sort((a, b) => map.tiles[b]! - map.tiles[a]!).slice(0, 60);
    const seen = new Set(map.measured.map(({ row, column }) => row * 20 + column));
    expect(hot.filter((tile) => seen.has(tile)).length).toBeGreaterThan(57);
  });

  it('runs no blank tile, and none at all of a blank map', async () => {
    const half = search(12, 12, (_, column) => (column < 6 ? 0 : 1 + column));
    const values = await sparseToFine(half);
    for (const tile of half.measured) expect(half.isBlank(tile)).toBe(false);
    half.tiles.forEach((value, at) => expect(values[at]! > 0).toBe(value > 0));
    const blank = search(5, 7, () => 0);
    expect([...(await sparseToFine(blank))]).toEqual(Array(35).fill(0));
    expect(blank.measured).toEqual([]);
  });

  it('measures something where no tile lies on the first lattice', async () => {
    const map = search(1, 3, (_, column) => (column === 0 ? 0 : 1));
    expect([...(await sparseToFine(map))]).toEqual([0, 1, 1]);
  });
});
