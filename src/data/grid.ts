/** The probe picture: nine cells of pictures on a white canvas. */
import type { RgbImage } from '../tensor/image.ts';
import { resizeBicubic } from './resize.ts';

export const GRID_CELLS = 9;
const COLUMNS = 3;

/** Where a picture of some size lies inside a cell: its aspect ratio kept, as large as fits, centred. */
export function placeInCell(
  width: number,
  height: number,
  cell: number,
): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(cell / width, cell / height);
  const placedWidth = Math.min(cell, Math.max(1, Math.round(width * scale)));
  const placedHeight = Math.min(cell, Math.max(1, Math.round(height * scale)));
  return {
    x: Math.floor((cell - placedWidth) / 2),
    y: Math.floor((cell - placedHeight) / 2),
    width: placedWidth,
    height: placedHeight,
  };
}

/**
 * Composes nine pictures in reading order on a white canvas of `3 * cell` pixels a side. A missing
 * picture (null) leaves its cell white.
 * @throws when there are not nine entries
 */
export function composeGrid(pictures: readonly (RgbImage | null)[], cell: number): RgbImage {
  if (pictures.length !== GRID_CELLS) {
    throw new Error(`A grid has nine cells, but ${pictures.length} pictures were given.`);
  }
  const side = cell * COLUMNS;
  const data = new Uint8Array(side * side * 3).fill(255);
  pictures.forEach((picture, index) => {
    if (!picture) return;
    const place = placeInCell(picture.width, picture.height, cell);
    const fitted = resizeBicubic(picture, place.width, place.height);
    const left = (index % COLUMNS) * cell + place.x;
    const top = Math.floor(index / COLUMNS) * cell + place.y;
    const rowBytes = place.width * 3;
    for (let row = 0; row < place.height; row++) {
      const source = fitted.data.subarray(row * rowBytes, (row + 1) * rowBytes);
      data.set(source, ((top + row) * side + left) * 3);
    }
  });
  return { width: side, height: side, data };
}
