/** Where LLaVA-NeXT's image tokens come from: the base view, then the tiles without their padding. */
import type { Resolution } from './best-resolution.ts';

/** Stands for the newline row in the rows of a picture. */
export const NEWLINE = -1;

/**
 * The rows of `[views · side², hidden]` features (base view first, `side`² patches a view) that a picture of
 * `size` keeps, in their order: the base view's, then row by row those of the tiles that `resolution`
 * is cut into, less the padding around the picture, a newline after each. Formula: transformers,
 * `LlavaNextModel.pack_image_features` and `unpad_image`.
 */
export function tileRows(
  size: Resolution,
  resolution: Resolution,
  tile: number,
  side: number,
): number[] {
  const { rows, columns } = tileGrid(size, resolution, tile, side);
  const tilesAcross = columns.count / side;
  const patches = side * side;
  const kept = Array.from({ length: patches }, (_, patch) => patch);
  for (let y = rows.padding; y < rows.count - rows.padding; y++) {
    for (let x = columns.padding; x < columns.count - columns.padding; x++) {
      const view = 1 + Math.floor(y / side) * tilesAcross + Math.floor(x / side);
      kept.push(view * patches + (y % side) * side + (x % side));
    }
    kept.push(NEWLINE);
  }
  return kept;
}

/** Patches along one side of all tiles together, and how many of them are padding at either end. */
export interface TileSide {
  readonly count: number;
  readonly padding: number;
}

/** The patches of all tiles of a picture, as one grid. */
export function tileGrid(
  [height, width]: Resolution,
  resolution: Resolution,
  tile: number,
  side: number,
): { rows: TileSide; columns: TileSide } {
  const [rows, columns] = resolution.map((pixels) => Math.floor(pixels / tile) * side) as [
    number,
    number,
  ];
  const flat = width / height > columns / rows;
  return {
    rows: { count: rows, padding: flat ? padding(rows, height * (columns / width)) : 0 },
    columns: { count: columns, padding: flat ? 0 : padding(columns, width * (rows / height)) },
  };
}

/** Patches of padding on one side; the inner size is rounded to 7 decimals and then cut, as in Python. */
function padding(count: number, inner: number): number {
  return Math.floor((count - Math.trunc(Number(inner.toFixed(7)))) / 2);
}
