// Cosine and sine of position × inverse frequency, one entry a thread. WGSL promises its own sin and
// cos little (absolute error 2^-11, and only inside [-π, π]) and lets compilers fuse and reassociate
// floating-point sums, so the range is reduced in integers, where nothing may be rearranged into
// another value (the idea of Payne and Hanek, 1983): an angle m · 2^e times the right window of the
// bits of 2/π gives quadrant and fraction in fixed point.

struct Shape {
  rows: u32,
  half: u32,
  scaling: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// [axes, rows]
@group(0) @binding(1) var<storage, read> positions: array<f32>;
// [half]
@group(0) @binding(2) var<storage, read> inverse_frequencies: array<f32>;
// [half]
@group(0) @binding(3) var<storage, read> axis_of_frequency: array<u32>;
// [rows, half]
@group(0) @binding(4) var<storage, read_write> cos_table: array<f32>;
@group(0) @binding(5) var<storage, read_write> sin_table: array<f32>;

// 32 zero bits, then the bits of 2/π behind the binary point.
const TWO_OVER_PI = array<u32, 7>(
  0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u,
);

// π/2 · 2^-32: from 2^-32 of a quadrant to radians.
const RADIANS = 3.6572951981e-10;

// The upper word of a 64-bit product.
fn multiply_high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

// 32 bits of TWO_OVER_PI from a bit on.
fn window(first_bit: u32) -> u32 {
  let words = TWO_OVER_PI;
  let word = first_bit >> 5u;
  let shift = first_bit & 31u;
  if (shift == 0u) {
    return words[word];
  }
  return (words[word] << shift) | (words[word + 1u] >> (32u - shift));
}

struct Reduced {
  quadrant: u32,
  // In [-π/4, π/4], or the angle itself where that is small.
  radians: f32,
}

// `bits` are those of a finite angle that is not negative.
fn reduce(bits: u32) -> Reduced {
  let exponent = bits >> 23u;
  if (exponent < 126u) {
    return Reduced(0u, bitcast<f32>(bits));
  }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // The angle is mantissa · 2^(exponent - 150). Bits of 2/π above the window make whole turns, those
  // below it less than 2^-38 of a quadrant.
  let first_bit = exponent - 120u;
  let low_bits = window(first_bit + 32u);
  let high = mantissa * window(first_bit) + multiply_high(mantissa, low_bits);
  let low = mantissa * low_bits;
  // high:low is the angle in quadrants, two bits before the point; the nearest whole one is taken off.
  let quadrant = (high + 0x20000000u) >> 30u;
  let fraction = bitcast<i32>((high << 2u) | (low >> 30u));
  return Reduced(quadrant & 3u, f32(fraction) * RADIANS);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + thread;
  if (index >= shape.rows * shape.half) {
    return;
  }
  let row = index / shape.half;
  let frequency = index % shape.half;
  let position = positions[axis_of_frequency[frequency] * shape.rows + row];
  let bits = bitcast<u32>(position * inverse_frequencies[frequency]);
  let angle = reduce(bits & 0x7fffffffu);
  let x = angle.radians;
  let x2 = x * x;
  let sine = x + x * x2 * (-1.0 / 6.0 + x2 * (1.0 / 120.0 + x2 * (-1.0 / 5040.0 + x2 / 362880.0)));
  let cosine = 1.0 + x2 * (-0.5 + x2 * (1.0 / 24.0 + x2 * (-1.0 / 720.0 + x2 / 40320.0)));

  let swapped = (angle.quadrant & 1u) == 1u;
  let sin_sign = select(1.0, -1.0, ((angle.quadrant >> 1u) ^ (bits >> 31u)) == 1u);
  let cos_sign = select(1.0, -1.0, angle.quadrant == 1u || angle.quadrant == 2u);
  sin_table[index] = sin_sign * select(sine, cosine, swapped) * shape.scaling;
  cos_table[index] = cos_sign * select(cosine, sine, swapped) * shape.scaling;
}
