/** Tiles of a picture, for maps of what happens when one of them is covered. */
import type { RgbImage } from '../tensor/image.ts';
import type { PictureRectangle, ViewPlacement } from './view-placement.ts';

/** Rows and columns of tiles over a part of a picture. */
export interface TileGrid {
  readonly rows: number;
  readonly columns: number;
  /** The part that the tiles cover, which is all of the picture unless its processor cuts some off. */
  readonly extent: PictureRectangle;
  /** Borders between the tiles in shares of the picture, `columns + 1` and `rows + 1` of them. */
  readonly across: readonly number[];
  readonly down: readonly number[];
}

/** The whole picture. */
const WHOLE: PictureRectangle = { left: 0, top: 0, right: 1, bottom: 1 };

/**
 * `count` × `count` tiles over a picture of `size` pixels, borders on whole pixels: at the published
 * probe's 840 pixels and 20 tiles, squares of 42.
 */
export function evenTiles([height, width]: readonly [number, number], count: number): TileGrid {
  const borders = (length: number) =>
    Array.from({ length: count + 1 }, (_, at) => Math.round((at * length) / count) / length);
  return { rows: count, columns: count, extent: WHOLE, across: borders(width), down: borders(height) };
}

/**
 * Tiles of `tile` × `tile` patches of `patch` pixels in a view; the last row and column are smaller
 * where they do not divide. Pixels that make no whole patch are no one's, for no patch reads them.
 */
export function patchTiles(placement: ViewPlacement, patch: number, tile: number): TileGrid {
  const borders = (pixels: number, offset: number, length: number) => {
    const patches = Math.floor(pixels / patch);
    const count = Math.ceil(patches / tile);
    return Array.from(
      { length: count + 1 },
      (_, at) => (Math.min(patches, at * tile) * patch - offset) / length,
    );
  };
  const across = borders(placement.view.width, placement.left, placement.width);
  const down = borders(placement.view.height, placement.top, placement.height);
  return {
    rows: down.length - 1,
    columns: across.length - 1,
    extent: { left: across[0]!, top: down[0]!, right: across.at(-1)!, bottom: down.at(-1)! },
    across,
    down,
  };
}

/** A block of whole tiles; `rows` and `columns` are cut off at the grid's edges. */
export interface TileBlock {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Where a block lies in the picture. */
export function blockRectangle({ across, down }: TileGrid, block: TileBlock): PictureRectangle {
  return {
    left: across[block.column]!,
    top: down[block.row]!,
    right: across[Math.min(block.column + block.columns, across.length - 1)]!,
    bottom: down[Math.min(block.row + block.rows, down.length - 1)]!,
  };
}

/** Every single tile, row by row. */
export function singleTiles({ rows, columns }: Pick<TileGrid, 'rows' | 'columns'>): TileBlock[] {
  return Array.from({ length: rows * columns }, (_, at) => ({
    row: Math.floor(at / columns),
    column: at % columns,
    rows: 1,
    columns: 1,
  }));
}

/** A copy of a picture with a rectangle in one colour (`[red, green, blue]`, 0 to 255). */
export function coverRectangle(
  image: RgbImage,
  rectangle: PictureRectangle,
  colour: readonly number[],
): RgbImage {
  const data = image.data.slice();
  const [left, right] = [rectangle.left, rectangle.right].map((x) => Math.round(x * image.width));
  const [top, bottom] = [rectangle.top, rectangle.bottom].map((y) => Math.round(y * image.height));
  for (let y = top!; y < bottom!; y++)
    for (let x = left!; x < right!; x++) data.set(colour, (y * image.width + x) * 3);
  return { width: image.width, height: image.height, data };
}

/** Whether a rectangle of a picture is of one colour throughout, whichever. */
export function isUniform({ width, height, data }: RgbImage, rectangle: PictureRectangle): boolean {
  const [left, right] = [rectangle.left, rectangle.right].map((x) => Math.round(x * width));
  const [top, bottom] = [rectangle.top, rectangle.bottom].map((y) => Math.round(y * height));
  const first = (top! * width + left!) * 3;
  for (let y = top!; y < bottom!; y++)
    for (let at = (y * width + left!) * 3; at < (y * width + right!) * 3; at++)
      if (data[at] !== data[first + ((at - first) % 3)]) return false;
  return true;
}
