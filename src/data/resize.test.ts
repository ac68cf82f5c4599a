import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { bytesReader, readSafetensor, readSafetensorsHeader } from '../tensor/safetensors.ts';
import type { RgbImage } from '../tensor/image.ts';
import { processImage } from './image-processors.ts';
import { resize, resizeBicubic } from './resize.ts';

const FOLDER = new URL('../../fixtures/resize/', import.meta.url);

function readPng(name: string): RgbImage {
  const { width, height, data } = decode(readFileSync(new URL(name, FOLDER)));
  return { width, height, data: Uint8Array.from(data) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]! - b[at]!));
  return largest;
}

/** CLIP's own numbers; the goldens were made with them. */
const CLIP = {
  kind: 'fixed',
  width: 168,
  height: 168,
  resample: 3,
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;

describe.each(['grid-504x504', 'odd-211x137'])('the picture %s', (name) => {
  it("is resized to Pillow's very bytes", () => {
    const expected = readPng(`${name}-resized.png`);
    const resized = resizeBicubic(readPng(`${name}-in.png`), 168, 168);
    expect(resized.data.length).toBe(expected.data.length);
    expect(largestDifference(resized.data, expected.data)).toBe(0);
  });

  it("gives the Hugging Face processor's pixel values", async () => {
    const file = bytesReader(name, readFileSync(new URL(`${name}.safetensors`, FOLDER)));
    const [[key, entry]] = [...(await readSafetensorsHeader(file))] as [[string, never]];
    const expected = await readSafetensor(file, key, entry);
    const { pixels: values } = processImage(readPng(`${name}-in.png`), CLIP);
    expect(values.shape).toEqual([3, 168, 168]);
    const every7th: number[] = [];
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < 168; y += 7) {
        for (let x = 0; x < 168; x += 7) every7th.push(values.data[(channel * 168 + y) * 168 + x]!);
      }
    }
    expect(every7th.length).toBe(expected.data.length);
    expect(largestDifference(every7th, expected.data as Float32Array)).toBeLessThan(1e-5);
  });
});

describe('resize', () => {
  const ramp: RgbImage = {
    width: 4,
    height: 1,
    data: Uint8Array.from([0, 10, 20, 80, 90, 100, 160, 170, 180, 240, 250, 255]),
  };

  it('copies nothing when the size stays', () => {
    expect(resize(ramp, 4, 1, 3).data).toEqual(ramp.data);
  });

  // from PIL import Image; Image.frombytes('RGB', (4, 1), bytes([0, 10, ...])).resize((2, 1), 2)
  it('weighs neighbours by a triangle for bilinear', () => {
    expect([...resize(ramp, 2, 1, 2).data]).toEqual(BILINEAR_GOLDEN);
  });

  it('refuses sizes that are no pixels', () => {
    expect(() => resize(ramp, 0, 5, 3)).toThrow('cannot be resized to 0x5');
    expect(() => resize(ramp, 2.5, 5, 3)).toThrow('whole number');
  });
});

const BILINEAR_GOLDEN = [57, 67, 77, 183, 193, 201];
