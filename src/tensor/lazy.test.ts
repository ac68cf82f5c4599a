import { describe, expect, test } from 'vitest';
import { lazySafetensor, lazyTensor, readLazyTensor } from './lazy.ts';
import {
  bytesReader,
  type RangeReader,
  readSafetensorsHeader,
  writeSafetensors,
} from './safetensors.ts';
import type { HostTensor } from './tensor.ts';

const TENSOR: HostTensor<'int32'> = {
  dtype: 'int32',
  shape: [3, 5],
  data: Int32Array.from({ length: 15 }, (_, i) => i * 1000 - 7),
};

async function openFile(name: string) {
  const bytes = writeSafetensors(
    new Map<string, HostTensor>([
      ['other', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['ids', TENSOR],
    ]),
  );
  const file = bytesReader(name, bytes);
  const entry = (await readSafetensorsHeader(file)).get('ids')!;
  return { file, entry };
}

describe('a lazy tensor', () => {
  test('of one in memory reads back', async () => {
    expect(await readLazyTensor(lazyTensor(TENSOR), 'ids')).toEqual(TENSOR);
  });

  test.each([1, 7, 59, 60, 1000])('of a file, in ranges of %i bytes, reads back', async (step) => {
    const { file, entry } = await openFile('model.safetensors');
    const longest = { bytes: 0 };
    const counted: RangeReader = {
      ...file,
      read: (start, end) => {
        longest.bytes = Math.max(longest.bytes, end - start);
        return file.read(start, end);
      },
    };
    expect(await readLazyTensor(lazySafetensor(counted, entry, step), 'ids')).toEqual(TENSOR);
    expect(longest.bytes).toBe(Math.min(step, 60));
  });

  test('of a file that was cut off after its header is named', async () => {
    const { file, entry } = await openFile('model.safetensors');
    const cut: RangeReader = {
      ...file,
      read: async (start, end) =>
        (await file.read(start, end)).subarray(0, 50 - start + entry.start),
    };
    await expect(readLazyTensor(lazySafetensor(cut, entry), 'ids')).rejects.toThrow(
      'The tensor ids should take 60 bytes for its shape [3, 5] of int32, but only 50 came; the file it is read from may be cut off.',
    );
  });
});
