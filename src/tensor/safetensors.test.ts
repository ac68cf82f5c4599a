import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  bytesReader,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from './safetensors.ts';
import type { HostTensor } from './tensor.ts';

/** A file with any header text (or bytes) and a claimed header length of one's choice. */
function fileWith(header: unknown, dataBytes: number, claimed?: bigint): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({
  dtype,
  shape,
  data_offsets,
});

describe('absurd files are refused with a sentence', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /^a\.safetensors is no safetensors file: it has 0 bytes/],
    [
      'a huge header length',
      fileWith('{}', 0, 2n ** 63n),
      /its header claims 9223372036854775808 bytes/,
    ],
    [
      'a header beyond the file',
      fileWith('{}', 0, 99n),
      /its header claims 99 bytes, but the file has 10/,
    ],
    ['no JSON', fileWith('{"a":', 0), /header of a\.safetensors is not valid JSON/],
    ['a list', fileWith('[]', 0), /is not a JSON object/],
    ['an entry that is null', fileWith({ w: null }, 0), /The tensor w .* element type undefined/],
    [
      'an unknown type',
      fileWith({ w: entry('F8_E4M3', [1], [0, 1]) }, 1),
      /"F8_E4M3"; known are F64/,
    ],
    ['a negative size', fileWith({ w: entry('F32', [-1], [0, 4]) }, 4), /no valid shape: \[-1\]/],
    [
      'a fraction',
      fileWith({ w: entry('F32', [1], [0, 4.5]) }, 8),
      /no valid data_offsets: \[0,4.5\]/,
    ],
    ['one offset', fileWith({ w: entry('F32', [1], [0]) }, 4), /no valid data_offsets/],
    [
      'a span of the wrong size',
      fileWith({ w: entry('F32', [2, 3], [0, 20]) }, 24),
      /w in a\.safetensors should take 24 bytes for its shape \[2, 3\] of float32, but its data_offsets span 20/,
    ],
    [
      'a span beyond the end',
      fileWith({ w: entry('F32', [2], [0, 8]) }, 4),
      /The tensor w in a\.safetensors ends at byte \d+, but the file has only \d+ bytes: it was cut off/,
    ],
    [
      'an overlap',
      fileWith({ b: entry('F32', [2], [4, 12]), a: entry('F32', [2], [0, 8]) }, 12),
      /The tensors a and b in a\.safetensors overlap/,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(readSafetensorsHeader(bytesReader('a.safetensors', bytes))).rejects.toThrow(
      message,
    );
  });
});

test('what is written reads back, whatever its type', async () => {
  const tensors = new Map<string, HostTensor>([
    ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ['ids', { dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(-1n, 2n ** 40n) }],
    ['logits', { dtype: 'float32', shape: [2, 1], data: Float32Array.of(1.5, -0) }],
    ['scalar', { dtype: 'float16', shape: [], data: Uint16Array.of(0x3c00) }],
    ['nothing', { dtype: 'float32', shape: [0, 4], data: new Float32Array() }],
  ]);
  const bytes = writeSafetensors(tensors, { format: 'pt' });
  expect(await readSafetensors('out.safetensors', bytes)).toEqual(tensors);
});

test('a file of the reference implementation is read as it was meant', async () => {
  const path = new URL('../../fixtures/resize/odd-211x137.safetensors', import.meta.url);
  const tensors = await readSafetensors('odd', new Uint8Array(await readFile(path)));
  const { dtype, shape, data } = tensors.get('pixel_values_every_7th') as HostTensor;
  expect([dtype, shape]).toEqual(['float32', [3, 24, 24]]);
  const values = Array.from(data as Float32Array);
  expect(Math.min(...values)).toBeGreaterThan(-1.8);
  expect(Math.max(...values)).toBeLessThan(2.2);
});
