import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../tensor/image.ts';
import { composeGrid, placeInCell } from './grid.ts';

function plain(width: number, height: number, color: [number, number, number]): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => color[at % 3]!);
  return { width, height, data };
}

function pixel(image: RgbImage, x: number, y: number): number[] {
  return [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)];
}

const WHITE = [255, 255, 255];

describe('placeInCell', () => {
  it('keeps the aspect ratio and centres', () => {
    expect(placeInCell(200, 100, 280)).toEqual({ x: 0, y: 70, width: 280, height: 140 });
    expect(placeInCell(100, 400, 280)).toEqual({ x: 105, y: 0, width: 70, height: 280 });
    expect(placeInCell(10_000, 1, 280)).toEqual({ x: 0, y: 139, width: 280, height: 1 });
  });
});

describe('composeGrid', () => {
  it('puts each picture into its cell and leaves missing ones white', () => {
    const red = plain(20, 20, [255, 0, 0]);
    const wide = plain(40, 20, [0, 0, 255]);
    const grid = composeGrid([red, null, null, null, null, wide, null, null, null], 30);
    expect([grid.width, grid.height]).toEqual([90, 90]);
    expect(pixel(grid, 0, 0)).toEqual([255, 0, 0]);
    expect(pixel(grid, 29, 29)).toEqual([255, 0, 0]);
    expect(pixel(grid, 30, 0)).toEqual(WHITE);
    // The wide picture is 30x15 in the cell that starts at (60, 30): 7 white rows above it.
    expect(pixel(grid, 60, 36)).toEqual(WHITE);
    expect(pixel(grid, 60, 37)).toEqual([0, 0, 255]);
    expect(pixel(grid, 89, 51)).toEqual([0, 0, 255]);
    expect(pixel(grid, 89, 52)).toEqual(WHITE);
  });

  it('wants nine cells', () => {
    expect(() => composeGrid([null], 30)).toThrow('nine cells, but 1 pictures');
  });
});
