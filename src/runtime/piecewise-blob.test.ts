import { describe, expect, it } from 'vitest';
import { PiecewiseBlob } from './piecewise-blob.ts';

/** Larger than a piece, and no multiple of it. */
const SIZE = 2 ** 23 + 12_345;
const BYTES = Uint8Array.from({ length: SIZE }, (_, at) => (at * 31) % 251);

async function readAll(blob: Blob): Promise<Uint8Array> {
  const reader = blob.stream().getReader();
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces);
    pieces.push(value);
  }
}

describe('a blob that is read in pieces', () => {
  const blob = new PiecewiseBlob(new Blob([BYTES]));

  it('is a blob of the same bytes, and so are its slices', async () => {
    expect(blob).toBeInstanceOf(Blob);
    expect(blob.size).toBe(SIZE);
    expect(BYTES.every((value, at) => value === (at * 31) % 251)).toBe(true);
    expect(Buffer.compare(await readAll(blob), BYTES)).toBe(0);
    const slice = blob.slice(1000, SIZE - 7);
    expect(slice.size).toBe(SIZE - 1007);
    expect(Buffer.compare(await readAll(slice), BYTES.subarray(1000, SIZE - 7))).toBe(0);
    expect(await readAll(blob.slice(5, 5))).toHaveLength(0);
    const whole = new Uint8Array(await slice.arrayBuffer());
    expect(Buffer.compare(whole, BYTES.subarray(1000, SIZE - 7))).toBe(0);
  });

  it('offers no reader with a buffer of its own, which hangs in Chromium', () => {
    expect(() => blob.slice(0, 10).stream().getReader({ mode: 'byob' })).toThrow(TypeError);
  });

  it('fails where the source does', async () => {
    class Broken extends Blob {
      override slice(): Blob {
        throw new DOMException('The file was changed.', 'NotReadableError');
      }
      override get size(): number {
        return 10;
      }
    }
    await expect(readAll(new PiecewiseBlob(new Broken()))).rejects.toThrow('changed');
  });
});
