import { describe, expect, test } from 'vitest';
import { bfloatsToFloats, floatToBfloat, floatToHalf, halvesToFloats } from './float16.ts';
import {
  dequantiseRows,
  type FloatRows,
  type QuantisedFormat,
  quantisedRowLayout,
  quantiseRows,
} from './quantise.ts';

const FOUR: QuantisedFormat = { bits: 4, blockSize: 32, symmetric: true, scaleType: 'float32' };
const FORMATS = ([4, 8] as const).flatMap((bits) =>
  [true, false].flatMap((symmetric) =>
    (['float32', 'float16'] as const).map((scaleType) => ({ ...FOUR, bits, symmetric, scaleType })),
  ),
);

/** Values without a pattern, the same at each run (xorshift). */
function noise(length: number, size = 1): Float32Array {
  let state = 0x9e3779b9;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state / 2 ** 31) * size;
  });
}

function floats(data: Float32Array): FloatRows {
  return { dtype: 'float32', data };
}

describe('layouts by hand', () => {
  test('symmetric 4-bit: the extreme becomes code 0, the first code lies low in its byte', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => ((i % 16) - 8) / 2);
    const { codes, scales, zeroPoints } = quantiseRows(floats(values), 1, 32, FOUR);
    const half = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
    expect([...codes]).toEqual([...half, ...half]);
    expect([...scales]).toEqual([0.5]);
    expect(zeroPoints).toBeUndefined();
  });

  test('a positive extreme turns the sign of the scale', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => (8 - (i % 16)) / 2);
    expect([...quantiseRows(floats(values), 1, 32, FOUR).scales]).toEqual([-0.5]);
  });

  test('asymmetric 4-bit: zero points of two blocks share a byte, a row begins with a new one', () => {
    const format = { ...FOUR, symmetric: false };
    const ramp = (offset: number) => Array.from({ length: 32 }, (_, i) => (i % 16) / 4 - offset);
    const row = [...ramp(1), ...ramp(2), ...ramp(3)];
    const values = Float32Array.from([...row, ...row]);
    const { codes, scales, zeroPoints } = quantiseRows(floats(values), 2, 96, format);
    expect([...scales]).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    expect([...(zeroPoints ?? [])]).toEqual([0x84, 0x0c, 0x84, 0x0c]);
    expect([...codes.subarray(0, 8)]).toEqual([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
  });

  test('8-bit: one byte each', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => i * 4 - 128);
    const format = { ...FOUR, bits: 8 as const };
    const { codes, scales } = quantiseRows(floats(values), 1, 32, format);
    expect([...codes]).toEqual(Array.from(values, (value) => value + 128));
    expect([...scales]).toEqual([1]);
  });

  test('what fills up the last block stands for 0', () => {
    const { codes } = quantiseRows(floats(Float32Array.of(-8, 7, 3)), 1, 3, FOUR);
    expect([...codes]).toEqual([0xf0, 0x8b, ...Array.from({ length: 14 }, () => 0x88)]);
  });

  test('blocks are filled up to a multiple', () => {
    const format = { ...FOUR, symmetric: false, blockMultiple: 2 };
    expect(quantisedRowLayout(70, format)).toEqual({ blocks: 4, codeBytes: 64, zeroPointBytes: 2 });
    const { scales } = quantiseRows(floats(noise(70)), 1, 70, format);
    expect(scales[3]).toBe(0);
  });
});

describe.each(FORMATS)('$bits bits, symmetric: $symmetric, $scaleType scales', (format) => {
  const rows = 5;

  test.each([1, 31, 33, 64, 100])('%i columns come back within a step', (columns) => {
    const values = noise(rows * columns, 0.1);
    const quantised = quantiseRows(floats(values), rows, columns, format);
    const back = dequantiseRows(quantised, rows, columns, format);
    const { blocks } = quantisedRowLayout(columns, format);
    const scales =
      quantised.scales instanceof Uint16Array ? halvesToFloats(quantised.scales) : quantised.scales;
    const steps = Array.from(back, (value, i) => {
      const block = Math.floor(i / columns) * blocks + Math.floor((i % columns) / 32);
      return Math.abs((value - (values[i] as number)) / (scales[block] as number));
    });
    // Nearest codes, but for the values that the 2^bits codes around a whole zero point miss.
    expect(Math.max(...steps)).toBeLessThan(1.01);
    expect(steps.filter((step) => step > 0.501).length).toBeLessThan(steps.length / 8 + 1);
  });

  test('rows in pieces give the bytes of the whole', () => {
    const columns = 45;
    const values = noise(rows * columns);
    const whole = quantiseRows(floats(values), rows, columns, format);
    const first = quantiseRows(floats(values.subarray(0, 2 * columns)), 2, columns, format);
    const second = quantiseRows(floats(values.subarray(2 * columns)), 3, columns, format);
    expect([...first.codes, ...second.codes]).toEqual([...whole.codes]);
    expect([...first.scales, ...second.scales]).toEqual([...whole.scales]);
    const zeroPoints = [...(first.zeroPoints ?? []), ...(second.zeroPoints ?? [])];
    expect(zeroPoints).toEqual([...(whole.zeroPoints ?? [])]);
  });

  test('zeros stay zeros', () => {
    const values = new Float32Array(40);
    const back = dequantiseRows(quantiseRows(floats(values), 1, 40, format), 1, 40, format);
    expect([...back].map(Math.abs)).toEqual([...values]);
  });

  test('half types are taken by their values', () => {
    const bfloats = Uint16Array.from(noise(3 * 40), floatToBfloat);
    const halves = Uint16Array.from(noise(3 * 40), floatToHalf);
    expect(quantiseRows({ dtype: 'bfloat16', data: bfloats }, 3, 40, format)).toEqual(
      quantiseRows(floats(bfloatsToFloats(bfloats)), 3, 40, format),
    );
    expect(quantiseRows({ dtype: 'float16', data: halves }, 3, 40, format)).toEqual(
      quantiseRows(floats(halvesToFloats(halves)), 3, 40, format),
    );
  });

  test('memory is written over wherever it is used again', () => {
    const columns = 45;
    const into = quantiseRows(floats(noise(4 * columns, 7)), 4, columns, format);
    const values = noise(3 * columns, 0.5);
    quantiseRows(floats(values), 3, columns, format, into);
    expect(dequantiseRows(into, 3, columns, format)).toEqual(
      dequantiseRows(quantiseRows(floats(values), 3, columns, format), 3, columns, format),
    );
  });
});

describe('what is refused', () => {
  test.each([NaN, Infinity, -Infinity])('%d among the weights', (value) => {
    const values = noise(2 * 40);
    values[40 + 35] = value;
    expect(() => quantiseRows(floats(values), 2, 40, FOUR)).toThrow(
      'A weight in row 1, in the columns 32 to 39, is not a finite number',
    );
  });

  test('a scale beyond float16', () => {
    const format = { ...FOUR, scaleType: 'float16' as const };
    expect(() => quantiseRows(floats(Float32Array.of(1e6)), 1, 1, format)).toThrow(
      /scale -125000, which float16 cannot hold/,
    );
  });

  test('a block that is no power of two', () => {
    expect(() => quantisedRowLayout(10, { ...FOUR, blockSize: 24 })).toThrow(/power of two/);
  });
});
