/**
 * Half-precision and bfloat16 bits to and from float32. Decoding is exact for every bit pattern
 * (subnormals, infinities and NaN included); encoding rounds to nearest, ties to even, like IEEE 754.
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float32 value of one IEEE 754 half. */
export function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) {
    const magnitude = fraction * 2 ** -24;
    return sign === 0 ? magnitude : -magnitude;
  }
  bits[0] =
    exponent === 31
      ? sign | 0x7f800000 | (fraction << 13)
      : sign | ((exponent + 112) << 23) | (fraction << 13);
  return float[0] as number;
}

/** The nearest IEEE 754 half of a number (first rounded to float32), as 16 bits. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const word = bits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is half way between the largest half and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  return sign | roundHalfToEven(Math.abs(float[0] as number) * 2 ** 24);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

/** The float32 value of one bfloat16. */
export function bfloatToFloat(value: number): number {
  bits[0] = value << 16;
  return float[0] as number;
}

/** The nearest bfloat16 of a number (first rounded to float32), as 16 bits. */
export function floatToBfloat(value: number): number {
  float[0] = value;
  const word = bits[0] as number;
  if ((word & 0x7fffffff) > 0x7f800000) return ((word >>> 16) | 0x40) & 0xffff;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Decodes an array of halves into a new Float32Array. */
export function halvesToFloats(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, halfToFloat);
}

/** Decodes an array of bfloat16 into a new Float32Array. */
export function bfloatsToFloats(values: Uint16Array): Float32Array {
  const words = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) words[i] = (values[i] as number) << 16;
  return new Float32Array(words.buffer);
}
