/**
 * A map of many tiles from some of them: every third tile of each row first, then the hottest of those
 * between, as their measured neighbours tell; the rest is interpolated.
 *
 * Beside `coarse-to-fine.ts` because a large block is no measure of its parts where what they change does
 * not add up: on the embedded model's maps (12 × 12 tiles, nine pictures) blocks of 2 × 2 tiles order the
 * tiles inside them by Spearman's .27, a quarter as many single tiles interpolated by .47.
 */
import { singleTiles, type TileBlock } from '../data/picture-tiles.ts';
import type { Measuring } from './coarse-to-fine.ts';

/** Share of the tiles that are not blank which is measured in all. */
const MEASURED = 0.5;

/** Of each row one tile in so many is measured first, the next row's one place on. */
const LATTICE = 3;

/** In so many steps the hottest tiles are measured, each step knowing what the one before found. */
const STEPS = 3;

/** Standard deviation of the interpolation's Gaussian, in tiles. */
const REACH = 0.8;

/** Keeps a tile without a neighbour from having no weight at all. */
const FAR = 1e-9;

/**
 * Values of all tiles, row by row. Those that were measured are what they are; the others are the mean of
 * the measured ones, weighed by a Gaussian of their distance. Blank tiles are 0.
 */
export async function sparseToFine(search: Measuring): Promise<Float64Array> {
  const tiles = singleTiles(search);
  const useful = tiles.filter((tile) => !search.isBlank(tile));
  const known = new Map<TileBlock, number>();
  const measure = async (chosen: readonly TileBlock[]) => {
    if (chosen.length === 0) return;
    const values = await search.measure(chosen);
    chosen.forEach((tile, at) => known.set(tile, values[at]!));
  };
  await measure(useful.filter(({ row, column }) => (row + column) % LATTICE === 0));
  const wanted = Math.ceil(useful.length * MEASURED);
  for (let left = STEPS; left > 0 && known.size < wanted; left--) {
    const count = Math.ceil((wanted - known.size) / left);
    const open = useful
      .filter((tile) => !known.has(tile))
      .map((tile) => ({ tile, value: interpolated(tile, known) }));
    open.sort((a, b) => b.value - a.value);
    await measure(open.slice(0, count).map(({ tile }) => tile));
  }
  const values = new Float64Array(tiles.length);
  for (const tile of useful)
    values[tile.row * search.columns + tile.column] = known.get(tile) ?? interpolated(tile, known);
  return values;
}

/** 0 where nothing is measured. */
function interpolated(tile: TileBlock, known: ReadonlyMap<TileBlock, number>): number {
  let [sum, weights] = [0, 0];
  for (const [{ row, column }, value] of known) {
    const distance = (row - tile.row) ** 2 + (column - tile.column) ** 2;
    const weight = Math.exp(-distance / (2 * REACH ** 2)) + FAR;
    sum += weight * value;
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}
