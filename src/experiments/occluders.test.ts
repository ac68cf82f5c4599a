/** Covering the picture and covering its pixel tensor are one and the same where nothing is resized. */
import { describe, expect, it } from 'vitest';
import { processImage } from '../data/image-processors.ts';
import { blockRectangle, coverRectangle, patchTiles, singleTiles } from '../data/picture-tiles.ts';
import { fillColour, fillPixels, FILLS } from '../data/pixel-planes.ts';
import { rectangleInView, viewPlacements } from '../data/view-placement.ts';
import { occlusionMaskReference } from '../kernels/occlusion-mask.ts';
import { changingMasks, pixelLayout } from '../runtime/masked-pixels.ts';
import type { ImageProcessorSpec, PixelScaling } from '../tensor/image-processor.ts';

const SCALING: PixelScaling = {
  resample: 3,
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** Of a picture of 48 x 48 pixels; `exact` views show its own pixels. */
const CASES: [string, ImageProcessorSpec, (view: number) => boolean][] = [
  ['fixed', { kind: 'fixed', width: 48, height: 48, ...SCALING }, () => true],
  [
    'tiled',
    {
      kind: 'tiled',
      tile: 24,
      pinpoints: [
        [24, 48],
        [48, 48],
      ],
      ...SCALING,
    },
    (view) => view > 0,
  ],
  [
    'patched',
    {
      kind: 'patched',
      patchSize: 4,
      temporalPatchSize: 2,
      mergeSize: 2,
      minPixels: 16,
      maxPixels: 4096,
      ...SCALING,
    },
    () => true,
  ],
];

const IMAGE = {
  width: 48,
  height: 48,
  data: Uint8Array.from({ length: 48 * 48 * 3 }, (_, at) => (at * 7919) % 251),
};

describe.each(CASES)('%s', (_, settings, isExact) => {
  const base = processImage(IMAGE, settings);
  const placements = viewPlacements([48, 48], settings);
  const grid = patchTiles(placements[0]!, 4, 2);

  it.each(FILLS)('every tile, painted %s', (fill) => {
    const rectangles = singleTiles(grid).map((tile) => blockRectangle(grid, tile));
    const masks = {
      count: rectangles.length,
      rectangles: Uint32Array.from(
        rectangles.flatMap((one) => placements.flatMap((place) => rectangleInView(one, place))),
      ),
      fill: fillPixels(fill, settings),
    };
    const masked = occlusionMaskReference(pixelLayout(base, settings), base.pixels.data, masks);
    const viewLength = base.pixels.data.length / placements.length;
    rectangles.forEach((rectangle, at) => {
      const covered = coverRectangle(IMAGE, rectangle, fillColour(fill, settings));
      const expected = processImage(covered, settings).pixels.data;
      placements.forEach((__, view) => {
        if (!isExact(view)) return;
        const from = view * viewLength;
        const own = masked.subarray(at * expected.length + from).subarray(0, viewLength);
        // Far faster than a comparison with a report.
        expect(own.every((value, n) => value === expected[from + n])).toBe(true);
      });
    });
    expect(changingMasks(base, settings, masks)).toEqual(rectangles.map(() => true));
    // The picture with its first tile covered already: that tile alone changes nothing.
    const covered = coverRectangle(IMAGE, rectangles[0]!, fillColour(fill, settings));
    const changing = changingMasks(processImage(covered, settings), settings, masks);
    if (settings.kind !== 'tiled') expect(changing.indexOf(false)).toBe(0);
    expect(changing.slice(1)).not.toContain(false);
  });
});
