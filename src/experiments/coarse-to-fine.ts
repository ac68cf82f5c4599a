/**
 * A map of many tiles from few measurements: large blocks of tiles first, and only the hottest of them in
 * quarters, down to single tiles.
 */
import type { TileBlock } from '../data/picture-tiles.ts';

/** What a search measures. */
export interface Measuring {
  readonly rows: number;
  readonly columns: number;
  /** True where covering the block changes nothing, which is known without a run: its value is 0. */
  isBlank(block: TileBlock): boolean;
  /** A value for each block; none of them is blank. */
  measure(blocks: readonly TileBlock[]): Promise<number[]>;
}

/** At most this share of a level's measured blocks is refined, the hottest ones. */
const MOST_REFINED = 0.5;

/** And no more of them than hold this share of all that the level's blocks change. */
const HEAT_REFINED = 0.95;

/** Blocks of a side that the search begins with at least: one for each cell of the probe's grid. */
const FIRST_BLOCKS = 3;

interface Measured {
  readonly block: TileBlock;
  readonly value: number;
}

/**
 * Values of all tiles, row by row. A tile that was not measured takes the value of the smallest measured
 * block around it, times the mean ratio of a part's value to its block's among the blocks that were
 * refined (level by level): large blocks change more than their parts. Blank tiles are 0.
 */
export async function coarseToFine(search: Measuring): Promise<Float64Array> {
  const { rows, columns } = search;
  const values = new Float64Array(rows * columns);
  const waiting: { measured: Measured; level: number }[] = [];
  /** Ratio of part to block between level l and l + 1. */
  const ratios: number[] = [];
  let measured = await measureBlocks(search, firstBlocks(search));
  for (let level = 0; measured.length > 0; level++) {
    const [hot, cold] = splitByHeat(measured.filter(({ block }) => !isSingle(block)));
    for (const one of measured) if (isSingle(one.block)) fill(search, values, one.block, one.value);
    for (const one of cold) waiting.push({ measured: one, level });
    const parts = await measureBlocks(
      search,
      hot.flatMap(({ block }) => quarters(search, block)),
    );
    ratios.push(partRatio(hot, parts));
    measured = parts;
  }
  for (const { measured: one, level } of waiting) {
    const steps = Math.ceil(Math.log2(Math.max(one.block.rows, one.block.columns)));
    const ratio = ratios.slice(level, level + steps).reduce((product, r) => product * r, 1);
    fill(search, values, one.block, one.value * ratio);
  }
  return values;
}

/** Squares whose side is a power of two, at least `FIRST_BLOCKS` to the shorter side. */
function firstBlocks(search: Measuring): TileBlock[] {
  const side = 2 ** Math.floor(Math.log2(Math.min(search.rows, search.columns) / FIRST_BLOCKS));
  const size = Math.max(1, side);
  return blocksOf(search, { row: 0, column: 0, rows: search.rows, columns: search.columns }, size);
}

/** A block's four quarters, fewer where it is narrow or cut off. */
function quarters(search: Measuring, block: TileBlock): TileBlock[] {
  return blocksOf(search, block, Math.ceil(Math.max(block.rows, block.columns) / 2));
}

/** Squares of `size` tiles over a block, cut off at its edges. */
function blocksOf({ rows, columns }: Measuring, block: TileBlock, size: number): TileBlock[] {
  const bottom = Math.min(rows, block.row + block.rows);
  const right = Math.min(columns, block.column + block.columns);
  const blocks: TileBlock[] = [];
  for (let row = block.row; row < bottom; row += size)
    for (let column = block.column; column < right; column += size)
      blocks.push({
        row,
        column,
        rows: Math.min(size, bottom - row),
        columns: Math.min(size, right - column),
      });
  return blocks;
}

function isSingle({ rows, columns }: TileBlock): boolean {
  return rows === 1 && columns === 1;
}

async function measureBlocks(search: Measuring, blocks: readonly TileBlock[]): Promise<Measured[]> {
  const useful = blocks.filter((block) => !search.isBlank(block));
  if (useful.length === 0) return [];
  const values = await search.measure(useful);
  return useful.map((block, at) => ({ block, value: values[at]! }));
}

/** The hottest blocks and the others. */
function splitByHeat(measured: readonly Measured[]): [hot: Measured[], cold: Measured[]] {
  const sorted = [...measured].sort((a, b) => b.value - a.value);
  const heat = HEAT_REFINED * sorted.reduce((sum, { value }) => sum + value, 0);
  let count = 0;
  for (let held = 0; held < heat && count < sorted.length * MOST_REFINED; count++)
    held += sorted[count]!.value;
  return [sorted.slice(0, count), sorted.slice(count)];
}

/** The mean value of measured parts over the mean value of their blocks; 1 where there is none. */
function partRatio(blocks: readonly Measured[], parts: readonly Measured[]): number {
  const mean = (of: readonly Measured[]) =>
    of.reduce((sum, { value }) => sum + value, 0) / of.length;
  const ratio = mean(parts) / mean(blocks);
  return Number.isFinite(ratio) ? ratio : 1;
}

function fill(search: Measuring, values: Float64Array, block: TileBlock, value: number): void {
  for (let row = block.row; row < block.row + block.rows; row++)
    for (let column = block.column; column < block.column + block.columns; column++) {
      const tile = { row, column, rows: 1, columns: 1 };
      if (!search.isBlank(tile)) values[row * search.columns + column] = value;
    }
}
