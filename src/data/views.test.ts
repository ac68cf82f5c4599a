/** One view or tiles of a picture against Hugging Face's PIL-based processors (tools/golden/make_view_goldens.py). */
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../tensor/image.ts';
import type { PixelScaling } from '../tensor/image-processor.ts';
import { readSafetensors } from '../tensor/safetensors.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { processImage } from './image-processors.ts';

interface Settings {
  readonly size: { shortest_edge?: number; width?: number; height?: number };
  readonly crop_size?: { height: number; width: number };
  readonly image_grid_pinpoints?: [number, number][];
}

interface Case {
  readonly settings: Settings;
  readonly picture: string;
}

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const described = JSON.parse(readFileSync(new URL('views/views.json', FIXTURES), 'utf8')) as Record<
  'fixed' | 'tiled',
  Case[]
>;
const tensors = readSafetensors(
  'views',
  readFileSync(new URL('views/views.safetensors', FIXTURES)),
);

/** The 8-bit values as they are. */
const RAW: PixelScaling = { resample: 3, rescaleFactor: 1, mean: [0, 0, 0], std: [1, 1, 1] };

function readPicture(name: string): RgbImage {
  const { width, height, data } = decode(readFileSync(new URL(`processors/${name}`, FIXTURES)));
  return { width, height, data: Uint8Array.from(data) };
}

async function expectPixels(found: HostTensor<'float32'>, name: string): Promise<void> {
  const expected = (await tensors).get(name) as HostTensor<'uint8'>;
  expect(found.shape).toEqual(expected.shape);
  let largest = 0;
  for (let i = 0; i < expected.data.length; i++)
    largest = Math.max(largest, Math.abs(found.data[i]! - expected.data[i]!));
  expect(largest).toBeLessThanOrEqual(2);
}

test.each(described.fixed.map((one, n) => ({ ...one, n })))(
  'a fixed view of $picture by $settings',
  async ({ settings: { size, crop_size }, picture, n }) => {
    const { shortest_edge: shortestEdge } = size;
    const { width, height } = (crop_size ?? size) as { width: number; height: number };
    const settings = { kind: 'fixed', width, height, shortestEdge, ...RAW } as const;
    const { pixels } = processImage(readPicture(picture), settings);
    await expectPixels(pixels, `fixed.${n}`);
  },
);

describe.each(described.tiled.map((one, n) => ({ ...one, n })))(
  'tiles of $picture by $settings',
  ({ settings, picture, n }) => {
    const tile = settings.size.shortest_edge!;
    const pinpoints = settings.image_grid_pinpoints!;
    const process = (name: string) =>
      processImage(readPicture(name), { kind: 'tiled', tile, pinpoints, ...RAW });

    test('pixels', () => expectPixels(process(picture).pixels, `tiled.${n}`));

    test('the size stays the picture’s own', () => {
      const { width, height } = readPicture(picture);
      expect(process(picture).size).toEqual([height, width]);
    });
  },
);
