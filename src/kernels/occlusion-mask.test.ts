import { describe, expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchOcclusionMask,
  maskChanges,
  occlusionMaskReference,
  pixelValues,
  someMasks,
  validateOcclusionMask,
  viewSize,
  viewsOf,
  type OcclusionMasks,
  type PixelLayout,
} from './occlusion-mask.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

/** Odd sizes, so that no axis can be taken for another. */
const LAYOUTS: Readonly<Record<string, PixelLayout>> = {
  'one view': { kind: 'planes', views: 1, height: 7, width: 11 },
  'several views': { kind: 'planes', views: 3, height: 5, width: 9 },
  'patches of two frames': {
    kind: 'patches',
    rows: 4,
    columns: 6,
    side: 3,
    frames: 2,
    mergeSize: 2,
  },
  'patches that are not merged': {
    kind: 'patches',
    rows: 3,
    columns: 5,
    side: 5,
    frames: 1,
    mergeSize: 1,
  },
};

const FILL = Float32Array.of(1.5, -2.25, 0);

/** Every value differs from every other and from the fill. */
function basePixels(layout: PixelLayout): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: pixelValues(layout) }, (_, at) => at + 10);
}

/** Nothing, everything, one pixel, a row, and others that differ from view to view. */
function someRectangles(layout: PixelLayout): OcclusionMasks {
  const [height, width] = viewSize(layout);
  const views = viewsOf(layout);
  const kinds = [
    () => [2, 1, 2, 4],
    () => [0, 0, width, height],
    () => [width - 1, height - 1, width, height],
    () => [0, 2, width, 3],
    (view: number) => [view, 1, view + 4, height - view],
  ];
  const rectangles = kinds.flatMap((kind) =>
    Array.from({ length: views }, (_, view) => kind(view)).flat(),
  );
  return { count: kinds.length, rectangles: Uint32Array.from(rectangles), fill: FILL };
}

async function run(device: GPUDevice, layout: PixelLayout, masks: OcclusionMasks) {
  const base = basePixels(layout);
  validateOcclusionMask(layout, base, masks);
  const buffers = {
    base: uploadBuffer(device, base),
    rectangles: uploadBuffer(device, masks.rectangles),
  };
  const masked = dispatchOcclusionMask(device, layout, masks, buffers);
  const bytes = masks.count * base.byteLength;
  const values = new Float32Array(await readBuffer(device, masked, bytes));
  for (const buffer of [...Object.values(buffers), masked]) buffer.destroy();
  return values;
}

describe.each(Object.entries(LAYOUTS))('%s', (name, layout) => {
  const masks = someRectangles(layout);
  const base = basePixels(layout);

  testWithDevice(`${name}: the kernel writes what the reference writes`, async (device) => {
    const found = await run(device, layout, masks);
    expect(found).toEqual(occlusionMaskReference(layout, base, masks));
  });

  test('a pixel is painted in all its channels and frames, and nothing else is', () => {
    const frames = layout.kind === 'patches' ? layout.frames : 1;
    const [, , pixel] = Array.from({ length: masks.count }, (_, mask) =>
      occlusionMaskReference(layout, base, someMasks(layout, masks, mask, 1)),
    );
    const painted = [...pixel!.keys()].filter((at) => pixel![at] !== base[at]);
    expect(painted).toHaveLength(viewsOf(layout) * 3 * frames);
    // The last pixel of the picture is the last of its patch or plane.
    expect(painted.at(-1)).toBe(base.length - 1);
    for (const value of FILL)
      expect(painted.filter((at) => pixel![at] === value)).toHaveLength(viewsOf(layout) * frames);
  });

  test('no pixel and every pixel', () => {
    const nothing = occlusionMaskReference(layout, base, someMasks(layout, masks, 0, 1));
    expect(nothing).toEqual(base);
    const everything = occlusionMaskReference(layout, base, someMasks(layout, masks, 1, 1));
    expect(everything.every((value) => FILL.includes(value))).toBe(true);
  });

  test('a mask changes something exactly where its copy differs', () => {
    // Painted once, the picture holds the fill where the fifth mask lies.
    const painted = occlusionMaskReference(layout, base, someMasks(layout, masks, 4, 1));
    for (const pixels of [base, painted])
      for (let mask = 0; mask < masks.count; mask++) {
        const copy = occlusionMaskReference(layout, pixels, someMasks(layout, masks, mask, 1));
        const differs = copy.some((value, at) => value !== pixels[at]);
        expect(maskChanges(layout, pixels, masks, mask)).toBe(differs);
      }
    expect(maskChanges(layout, base, masks, 4)).toBe(true);
    expect(maskChanges(layout, painted, masks, 4)).toBe(false);
  });
});

testWithDevice('more values than one row of workgroups holds', async (device) => {
  const layout = { kind: 'planes', views: 1, height: 500, width: 501 } as const;
  const rectangles = Uint32Array.of(3, 4, 499, 450, 0, 0, 501, 1, 77, 499, 78, 500);
  const masks = { count: 3, rectangles, fill: FILL };
  const found = await run(device, layout, masks);
  const expected = occlusionMaskReference(layout, basePixels(layout), masks);
  // Far faster than a comparison with a report.
  expect(found.every((value, at) => value === expected[at])).toBe(true);
});

test('rectangles beyond the view and blocks that are not whole are refused', () => {
  const [layout] = Object.values(LAYOUTS) as [PixelLayout];
  const base = basePixels(layout);
  const mask = (...rectangle: number[]) => ({
    count: 1,
    rectangles: Uint32Array.from(rectangle),
    fill: FILL,
  });
  expect(() => validateOcclusionMask(layout, base, mask(0, 0, 12, 7))).toThrow(
    /inside its view of 11x7 pixels, but one goes from \(0, 0\) to \(12, 7\)/,
  );
  expect(() => validateOcclusionMask(layout, base, mask(0, 0, 1))).toThrow(
    /4 entries, but it has 3/,
  );
  const ragged = {
    kind: 'patches',
    rows: 3,
    columns: 4,
    side: 2,
    frames: 1,
    mergeSize: 2,
  } as const;
  expect(() => validateOcclusionMask(ragged, base, mask(0, 0, 1, 1))).toThrow(
    /whole blocks of 2x2/,
  );
});
