import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bestResolution, type Resolution } from '../tensor/best-resolution.ts';
import type { FixedProcessor, PatchedProcessor, TiledProcessor } from '../tensor/image-processor.ts';
import { NEWLINE, tileRows } from '../tensor/tile-rows.ts';
import { tokensOf } from '../tensor/token-view.ts';
import { processImage } from './image-processors.ts';
import { tokenCells, tokenLayout } from './token-cells.ts';

const scaling = {
  resample: 3,
  rescaleFactor: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const;

const stretched: FixedProcessor = { kind: 'fixed', width: 84, height: 84, ...scaling };
const tiled: TiledProcessor = {
  kind: 'tiled',
  tile: 12,
  pinpoints: [
    [12, 24],
    [24, 12],
    [24, 24],
    [36, 12],
    [12, 36],
  ],
  ...scaling,
};
const patched: PatchedProcessor = {
  kind: 'patched',
  patchSize: 4,
  temporalPatchSize: 2,
  mergeSize: 2,
  minPixels: 64,
  maxPixels: 6400,
  ...scaling,
};

/** A picture whose nine cells have grey values 0 to 8 (red), and that has 100 (green) everywhere. */
function numbered(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = 3 * Math.floor((3 * y) / height) + Math.floor((3 * x) / width);
      data.set([cell, 100, 0], 3 * (y * width + x));
    }
  return { width, height, data };
}

describe('square views', () => {
  test('a grid of six by six shares its tokens out among nine cells', () => {
    const viewTokens = { side: 6, leading: 0 };
    const cells = tokenCells({ size: [300, 300] }, { imageProcessor: stretched, viewTokens });
    expect([...cells.subarray(0, 6)]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...cells.subarray(24, 36)]).toEqual([6, 6, 7, 7, 8, 8, 6, 6, 7, 7, 8, 8]);
  });

  test('a class token is in no cell, and moves the others on', () => {
    const viewTokens = { side: 3, leading: 1 };
    const cells = tokenCells({ size: [300, 300] }, { imageProcessor: stretched, viewTokens });
    expect([...cells]).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('what is cut out of the middle lies in the middle', () => {
    const imageProcessor = { ...stretched, shortestEdge: 84 };
    const viewTokens = { side: 3, leading: 0 };
    const cells = tokenCells({ size: [84, 252] }, { imageProcessor, viewTokens });
    expect([...cells]).toEqual([1, 1, 1, 4, 4, 4, 7, 7, 7]);
  });

  test('what stands around a picture that is smaller than its view is no cell', () => {
    const imageProcessor = { ...stretched, shortestEdge: 28 };
    const viewTokens = { side: 3, leading: 0 };
    const cells = tokenCells({ size: [100, 100] }, { imageProcessor, viewTokens });
    expect([...cells]).toEqual([-1, -1, -1, -1, 4, -1, -1, -1, -1]);
  });
});

describe('tiles', () => {
  const { rows: geometry } = JSON.parse(
    readFileSync(new URL('../../fixtures/views/views.json', import.meta.url), 'utf8'),
  ) as {
    rows: {
      tile: number;
      side: number;
      pinpoints: readonly Resolution[];
      cases: readonly [Resolution, number[]][];
    };
  };
  const { tile, side, pinpoints, cases } = geometry;
  const spec = {
    imageProcessor: { ...tiled, tile, pinpoints },
    viewTokens: { side, leading: 0 },
  };

  test('tokens of 40 shapes are those that are packed, newlines in no view', () => {
    for (const [size, rows] of cases) {
      const { tokens, views } = tokenLayout({ size }, spec);
      expect(tokens, `${size}`).toBe(rows.length);
      const seen = new Set(views.flatMap(tokensOf));
      const newlines = rows.flatMap((row, at) => (row === NEWLINE ? [at] : []));
      expect(tokens - seen.size, `${size}`).toBe(newlines.length);
      expect(newlines.filter((at) => seen.has(at))).toEqual([]);
    }
  });

  test('the cells of base view and tiles are those of the pixels they are made of', () => {
    // Shapes that leave no rest anywhere, so that every token lies in one cell.
    for (const [height, width] of [
      [24, 24],
      [36, 12],
      [6, 18],
    ] as const) {
      const image = processImage(numbered(width * 6, height * 6), { ...tiled, resample: 2 });
      const small = { side: 12, leading: 0 };
      const cells = tokenCells(image, { imageProcessor: tiled, viewTokens: small });
      const resolution = bestResolution(image.size, tiled.pinpoints);
      const rows = tileRows(image.size, resolution, 12, 12);
      expect(cells.length).toBe(rows.length);
      let checked = 0;
      rows.forEach((row, at) => {
        if (row === NEWLINE) return expect(cells[at]).toBe(-1);
        // One patch a pixel: the token of a view's pixel has its red value, blurred at the borders.
        const [view, pixel] = [Math.floor(row / 144), row % 144];
        const red = image.pixels.data[view * 3 * 144 + pixel]!;
        const green = image.pixels.data[view * 3 * 144 + 144 + pixel]!;
        if (green < 100 || Math.abs(red - Math.round(red)) > 1e-6) return;
        if (isInside(cells, at)) {
          expect(cells[at], `token ${at} of ${width}x${height}`).toBe(red);
          checked++;
        }
      });
      expect(checked).toBeGreaterThan(40);
    }
  });
});

/** Not at a border between cells, where pixels are mixed. */
function isInside(cells: Int8Array, at: number): boolean {
  return cells[at - 1] === cells[at] && cells[at + 1] === cells[at];
}

describe('patches at the own shape', () => {
  test('rows and columns of merged patches', () => {
    const image = processImage(numbered(72, 24), patched);
    const spec = { imageProcessor: patched };
    expect(tokenLayout(image, spec).views[0]).toMatchObject({ kind: 'base', rows: 3, columns: 9 });
    expect([...tokenCells(image, spec)]).toEqual([
      ...[0, 0, 0, 1, 1, 1, 2, 2, 2],
      ...[3, 3, 3, 4, 4, 4, 5, 5, 5],
      ...[6, 6, 6, 7, 7, 7, 8, 8, 8],
    ]);
  });

  test('a picture without its grid is refused', () => {
    expect(() => tokenCells({ size: [24, 72] }, { imageProcessor: patched })).toThrow(
      /how many rows and columns/,
    );
  });
});
