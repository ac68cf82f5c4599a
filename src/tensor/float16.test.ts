import { describe, expect, test } from 'vitest';
import {
  bfloatsToFloats,
  bfloatToFloat,
  floatToBfloat,
  floatToHalf,
  halfToFloat,
  halvesToFloats,
} from './float16.ts';

/** IEEE 754's definition of a half, in float64, where every half is exact. */
function halfByDefinition(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const EVERY_PATTERN = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('half precision', () => {
  test('decodes every bit pattern', () => {
    const decoded = halvesToFloats(EVERY_PATTERN);
    const wrong = EVERY_PATTERN.filter((bits) => !Object.is(decoded[bits], halfByDefinition(bits)));
    expect([...wrong]).toEqual([]);
  });

  test('encodes every half back to its own bits', () => {
    const wrong = EVERY_PATTERN.filter((bits) => {
      const value = halfToFloat(bits);
      return !Number.isNaN(value) && floatToHalf(value) !== bits;
    });
    expect([...wrong]).toEqual([]);
    expect(halfToFloat(floatToHalf(NaN))).toBeNaN();
  });

  test.each([
    ['a tie goes to the even neighbour below', 1 + 2 ** -11, 0x3c00],
    ['a tie goes to the even neighbour above', 1 + 3 * 2 ** -11, 0x3c02],
    ['just above a tie goes up', 1 + 2 ** -11 + 2 ** -20, 0x3c01],
    ['the smallest subnormal', 2 ** -24, 0x0001],
    ['half the smallest subnormal goes to zero', 2 ** -25, 0x0000],
    ['a negative below it keeps its sign', -(2 ** -26), 0x8000],
    ['just below the smallest normal becomes it', 2 ** -14 - 2 ** -26, 0x0400],
    ['the largest half', 65504, 0x7bff],
    ['below the overflow tie', 65519, 0x7bff],
    ['the overflow tie becomes infinity', 65520, 0x7c00],
    ['far beyond', -1e30, 0xfc00],
  ])('%s', (_, value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });
});

describe('bfloat16', () => {
  test('decodes every pattern and encodes it back', () => {
    const decoded = bfloatsToFloats(EVERY_PATTERN);
    const wrong = EVERY_PATTERN.filter((bits) => {
      const value = bfloatToFloat(bits);
      if (!Object.is(value, decoded[bits])) return true;
      return !Number.isNaN(value) && floatToBfloat(value) !== bits;
    });
    expect([...wrong]).toEqual([]);
    expect(bfloatToFloat(floatToBfloat(NaN))).toBeNaN();
  });

  test('rounds ties to even and overflows to infinity', () => {
    expect(floatToBfloat(1 + 2 ** -8)).toBe(0x3f80);
    expect(floatToBfloat(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(floatToBfloat(3.4e38)).toBe(0x7f80);
    expect(bfloatToFloat(0x0001)).toBe(2 ** -133);
  });
});
