import { describe, expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchPooledCosine,
  pooledCosineReference,
  validatePooledCosine,
  type PooledCosineInput,
} from './pooled-cosine.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

/** Values that look random and are the same everywhere, from −1 to 1. */
function noise(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, n) => {
    const value = Math.sin((n + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return (value - Math.floor(value)) * 2 - 1;
  });
}

function input(hidden: number, images: number, tokens: number, captions: number) {
  const featureRows = images * tokens;
  const captionRows = Array.from({ length: captions }, (_, c) =>
    Array.from({ length: 1 + (c % 5) }, (_, n) => c * 5 + n),
  );
  const all = (image: number) => Array.from({ length: tokens }, (_, n) => image * tokens + n);
  const pools = Array.from({ length: images }, (_, image) => [
    { rows: all(image), pooling: 'max' as const },
    { rows: all(image), pooling: 'mean' as const },
    { rows: all(image).filter((row) => row % 3 === 0), pooling: 'max' as const },
  ]).flat();
  return {
    hidden,
    featureRows,
    embeddingRows: captions * 5,
    pools,
    captions: captionRows,
    features: noise(featureRows * hidden, 1),
    embeddings: noise(captions * 5 * hidden, 2),
  } satisfies PooledCosineInput;
}

async function run(device: GPUDevice, given: ReturnType<typeof input>): Promise<Float32Array> {
  validatePooledCosine(given);
  const buffers = {
    features: uploadBuffer(device, given.features),
    embeddings: uploadBuffer(device, given.embeddings),
  };
  const cosines = dispatchPooledCosine(device, given, buffers);
  const bytes = given.pools.length * given.captions.length * 4;
  const found = new Float32Array(await readBuffer(device, cosines, bytes));
  for (const buffer of [...Object.values(buffers), cosines]) buffer.destroy();
  return found;
}

describe('the kernel gives what plain TypeScript gives', () => {
  test('which is right by hand', () => {
    const features = Float32Array.of(1, 0, 0, 4, 2, -6);
    const given: PooledCosineInput = {
      hidden: 2,
      featureRows: 3,
      embeddingRows: 2,
      pools: [
        { rows: [0, 1, 2], pooling: 'max' },
        { rows: [2, 1], pooling: 'mean' },
      ],
      captions: [[0, 1], [1]],
      features,
      embeddings: Float32Array.of(3, 0, 1, 4),
    };
    const cosine = (a: number[], b: number[]) =>
      (a[0]! * b[0]! + a[1]! * b[1]!) / (Math.hypot(...a) * Math.hypot(...b));
    const expected = [
      cosine([2, 4], [3, 4]),
      cosine([2, 4], [1, 4]),
      cosine([1, -1], [2, 2]),
      cosine([1, -1], [1, 4]),
    ];
    const found = pooledCosineReference(given);
    expected.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 6));
  });

  for (const [hidden, images, tokens, captions] of [
    [257, 3, 7, 5],
    [64, 9, 36, 1],
    [1031, 1, 25, 9],
    [1, 2, 3, 2],
  ] as const)
    testWithDevice(
      `${images} pictures of ${tokens} × ${hidden} with ${captions} captions`,
      async (device) => {
        const given = input(hidden, images, tokens, captions);
        const expected = pooledCosineReference(given);
        const found = await run(device, given);
        found.forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(2e-6));
      },
    );

  testWithDevice('vectors of nothing but zeros have the cosine 0', async (device) => {
    const given = input(5, 1, 4, 1);
    given.features.fill(0);
    expect([...(await run(device, given))]).toEqual([0, 0, 0]);
    expect([...pooledCosineReference(given)]).toEqual([0, 0, 0]);
  });
});

test('empty pools and rows that are not there are refused', () => {
  const given = input(4, 1, 4, 1);
  const pooling = 'max' as const;
  expect(() => validatePooledCosine({ ...given, pools: [{ rows: [], pooling }] })).toThrow(
    'A pool of image tokens needs at least one token',
  );
  expect(() => validatePooledCosine({ ...given, pools: [{ rows: [4], pooling }] })).toThrow(
    'names the row 4, but there are the rows 0 to 3',
  );
  expect(() => validatePooledCosine({ ...given, captions: [[5]] })).toThrow(
    'A caption names the row 5',
  );
  expect(() => validatePooledCosine({ ...given, pools: [] })).toThrow('number of pools');
});
