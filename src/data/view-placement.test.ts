import { expect, test } from 'vitest';
import type { RgbImage } from '../tensor/image.ts';
import type { ImageProcessorSpec, PixelScaling } from '../tensor/image-processor.ts';
import { processImage } from './image-processors.ts';
import { coverRectangle, evenTiles, isUniform, patchTiles, singleTiles, blockRectangle } from './picture-tiles.ts';
import { rectangleInView, viewPlacements } from './view-placement.ts';

/** The 8-bit values as they are, without a filter's overshoot. */
const RAW: PixelScaling = { resample: 2, rescaleFactor: 1, mean: [0, 0, 0], std: [1, 1, 1] };

const CASES: [string, [height: number, width: number], ImageProcessorSpec][] = [
  ['stretched', [90, 60], { kind: 'fixed', width: 40, height: 40, ...RAW }],
  ['cut out', [120, 180], { kind: 'fixed', width: 30, height: 30, shortestEdge: 40, ...RAW }],
  ['padded', [50, 80], { kind: 'fixed', width: 60, height: 60, shortestEdge: 41, ...RAW }],
  [
    'base view and tiles',
    [150, 70],
    { kind: 'tiled', tile: 24, pinpoints: [[24, 48], [48, 24], [48, 48], [72, 24]], ...RAW },
  ],
  [
    'patches',
    [150, 210],
    {
      kind: 'patched',
      patchSize: 4,
      temporalPatchSize: 2,
      mergeSize: 2,
      minPixels: 16,
      maxPixels: 4096,
      ...RAW,
    },
  ],
];

/** Views of a picture as planes of its first channel, each `height` rows of `width` values. */
function firstChannel(image: RgbImage, settings: ImageProcessorSpec): Float32Array[] {
  const { pixels, grid } = processImage(image, settings);
  const [placement] = viewPlacements([image.height, image.width], settings);
  const { width, height } = placement!.view;
  if (settings.kind !== 'patched') {
    const views = pixels.data.length / (3 * width * height);
    return Array.from({ length: views }, (_, view) =>
      pixels.data.subarray(view * 3 * width * height).subarray(0, width * height),
    );
  }
  const { patchSize: side, mergeSize, temporalPatchSize } = settings;
  const plane = new Float32Array(width * height);
  const across = grid![2] / mergeSize;
  for (let at = 0; at < pixels.shape[0]!; at++) {
    const [block, place] = [Math.floor(at / mergeSize ** 2), at % mergeSize ** 2];
    const top = (Math.floor(block / across) * mergeSize + Math.floor(place / mergeSize)) * side;
    const left = ((block % across) * mergeSize + (place % mergeSize)) * side;
    const patch = pixels.data.subarray(at * 3 * temporalPatchSize * side ** 2);
    for (let y = 0; y < side; y++)
      plane.set(patch.subarray(y * side, (y + 1) * side), (top + y) * width + left);
  }
  return [plane];
}

test.each(CASES)('a rectangle of a picture is where it is said to be: %s', (_, size, settings) => {
  const [height, width] = size;
  const black = { width, height, data: new Uint8Array(width * height * 3) };
  const rectangle = { left: 0.3, top: 0.4, right: 0.6, bottom: 0.9 };
  const views = firstChannel(coverRectangle(black, rectangle, [255, 255, 255]), settings);
  const placements = viewPlacements(size, settings);
  expect(placements).toHaveLength(views.length);
  let seen = 0;
  views.forEach((plane, at) => {
    const { view } = placements[at]!;
    const [left, top, right, bottom] = rectangleInView(rectangle, placements[at]!);
    for (let y = 0; y < view.height; y++)
      for (let x = 0; x < view.width; x++) {
        const value = plane[y * view.width + x]!;
        const gap = Math.max(left - 1 - x, x - right, top - 1 - y, y - bottom);
        const depth = Math.min(x - left, right - 1 - x, y - top, bottom - 1 - y);
        // A filter blurs a pixel or two to each side of a border.
        if (gap >= 1) expect(value, `${x}, ${y}`).toBe(0);
        if (depth >= 2) expect(value, `${x}, ${y}`).toBe(255);
        if (depth >= 2) seen++;
      }
  });
  expect(seen).toBeGreaterThan(20);
});

test('tiles of the published probe are squares of 42 pixels', () => {
  const grid = evenTiles([840, 840], 20);
  const tiles = singleTiles(grid).map((tile) => blockRectangle(grid, tile));
  expect(tiles).toHaveLength(400);
  grid.across.forEach((share, at) => expect(share * 840).toBeCloseTo(at * 42, 9));
  expect(tiles[21]).toMatchObject({ left: 42 / 840, top: 42 / 840 });
});

test('tiles of patches stand on their borders, the last ones cut off', () => {
  const view = { width: 31, height: 28 };
  // Seven patches of four pixels across, of which three pixels are left over, and seven down.
  const grid = patchTiles({ left: 0, top: 0, ...view, view }, 4, 3);
  expect([grid.rows, grid.columns]).toEqual([3, 3]);
  expect(grid.across.map((share) => Math.round(share * 31))).toEqual([0, 12, 24, 28]);
  expect(grid.down.map((share) => Math.round(share * 28))).toEqual([0, 12, 24, 28]);
  expect(grid.extent).toEqual({ left: 0, top: 0, right: 28 / 31, bottom: 1 });
  const block = { row: 2, column: 1, rows: 2, columns: 2 };
  expect(blockRectangle(grid, block)).toEqual({ left: 12 / 31, top: 24 / 28, right: 28 / 31, bottom: 1 });
});

test('of a picture that is cut, the tiles cover what is left', () => {
  // 180x120 pixels become 60x40, of which the middle 30x30 is kept.
  const [placement] = viewPlacements([120, 180], {
    kind: 'fixed',
    width: 30,
    height: 30,
    shortestEdge: 40,
    ...RAW,
  });
  const { extent } = patchTiles(placement!, 10, 1);
  expect(extent).toEqual({ left: 0.25, top: 0.125, right: 0.75, bottom: 0.875 });
});

test('a tile is uniform in whichever colour', () => {
  const image = { width: 4, height: 3, data: new Uint8Array(36).fill(7) };
  const half = { left: 0.5, top: 0, right: 1, bottom: 1 };
  const covered = coverRectangle(image, half, [1, 2, 3]);
  expect(isUniform(covered, half)).toBe(true);
  expect(isUniform(covered, { ...half, left: 0, right: 0.5 })).toBe(true);
  expect(isUniform(covered, { ...half, left: 0.25 })).toBe(false);
  expect(isUniform(image, { ...half, left: 0 })).toBe(true);
});
