import { describe, expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchRotaryTable,
  rotaryTableReference,
  validateRotaryTable,
  type RotaryTableInput,
} from './rotary-table.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

/** Plain RoPE's inverse frequencies, as float32. */
function inverseFrequencies(half: number, theta: number): Float32Array {
  return Float32Array.from({ length: half }, (_, f) => 1 / theta ** (f / half));
}

function plain(positions: Float32Array<ArrayBuffer>, half: number, theta: number) {
  return {
    rows: positions.length,
    half,
    axes: 1,
    attentionScaling: 1,
    positions,
    invFreq: inverseFrequencies(half, theta),
    axisOfFrequency: new Uint32Array(half),
  } satisfies RotaryTableInput;
}

async function run(device: GPUDevice, input: RotaryTableInput) {
  validateRotaryTable(input);
  const buffers = {
    positions: uploadBuffer(device, input.positions),
    invFreq: uploadBuffer(device, Float32Array.from(input.invFreq)),
    axisOfFrequency: uploadBuffer(device, Uint32Array.from(input.axisOfFrequency)),
  };
  const tables = dispatchRotaryTable(device, input, buffers);
  const bytes = input.rows * input.half * 4;
  const cos = new Float32Array(await readBuffer(device, tables.cos, bytes));
  const sin = new Float32Array(await readBuffer(device, tables.sin, bytes));
  for (const buffer of [...Object.values(buffers), tables.cos, tables.sin]) buffer.destroy();
  return { cos, sin };
}

/** Largest absolute difference from float64 sine and cosine of the f32 product. */
function largestError(input: RotaryTableInput, tables: { cos: Float32Array; sin: Float32Array }) {
  let largest = 0;
  for (let row = 0; row < input.rows; row++)
    for (let f = 0; f < input.half; f++) {
      const position = input.positions[input.axisOfFrequency[f]! * input.rows + row]!;
      const angle = Math.fround(position * input.invFreq[f]!);
      const at = row * input.half + f;
      const error = Math.max(
        Math.abs(tables.cos[at]! - Math.cos(angle) * input.attentionScaling),
        Math.abs(tables.sin[at]! - Math.sin(angle) * input.attentionScaling),
      );
      // NaN must not pass for a small number.
      if (!(error <= largest)) largest = error;
    }
  return largest;
}

const TOLERANCE = 2e-6;

describe('within 2e-6 of the float64 sine and cosine', () => {
  testWithDevice('every position up to 4,097', async (device) => {
    const input = plain(
      Float32Array.from({ length: 4098 }, (_, n) => n),
      16,
      10_000,
    );
    expect(largestError(input, await run(device, input))).toBeLessThanOrEqual(TOLERANCE);
  });

  testWithDevice(
    'positions up to 131,072, every 7th, an odd number of frequencies',
    async (device) => {
      const input = plain(
        Float32Array.from({ length: Math.floor(131_072 / 7) + 2 }, (_, n) =>
          Math.min(n * 7, 131_072),
        ),
        13,
        500_000,
      );
      expect(largestError(input, await run(device, input))).toBeLessThanOrEqual(TOLERANCE);
    },
  );

  testWithDevice('fractional positions up to 131,072', async (device) => {
    const input = plain(
      Float32Array.from({ length: 20_001 }, (_, n) => n * 6.5535 + 0.37),
      7,
      10_000,
    );
    expect(largestError(input, await run(device, input))).toBeLessThanOrEqual(TOLERANCE);
  });

  testWithDevice('angles beside the multiples of π/4, and huge ones', async (device) => {
    const beside = Array.from({ length: 4096 }, (_, k) => Math.fround((k * Math.PI) / 4));
    const huge = [1e6, 1.6e7, 3e9, 1e20, 3.4e38];
    const small = [0, 1e-30, 1e-7, 0.4999, 0.5, 0.78];
    const input = plain(Float32Array.from([...beside, ...huge, ...small]), 1, 10_000);
    expect(largestError(input, await run(device, input))).toBeLessThanOrEqual(TOLERANCE);
  });

  testWithDevice('more entries than one row of workgroups holds', async (device) => {
    const input = plain(
      Float32Array.from({ length: 17_000 }, (_, n) => n),
      128,
      10_000,
    );
    expect(largestError(input, await run(device, input))).toBeLessThanOrEqual(TOLERANCE);
  });

  testWithDevice('three axes and attention scaling', async (device) => {
    const rows = 37;
    const positions = Float32Array.from({ length: 3 * rows }, (_, n) => (n * 31) % 997);
    const input = {
      ...plain(positions, 6, 1_000_000),
      rows,
      axes: 3,
      attentionScaling: 1.25,
      axisOfFrequency: Uint32Array.of(0, 1, 2, 2, 1, 0),
    };
    const tables = await run(device, input);
    expect(largestError(input, tables)).toBeLessThanOrEqual(TOLERANCE * 1.25);
    expect(largestError(input, rotaryTableReference(input))).toBeLessThanOrEqual(1e-7);
  });
});

test('a frequency on an axis that does not exist is refused', () => {
  const input = plain(Float32Array.of(0, 1), 2, 10_000);
  expect(() => validateRotaryTable({ ...input, axisOfFrequency: Uint32Array.of(0, 1) })).toThrow(
    /axis 1, but there are 1 axes/,
  );
});

test('positions that do not fill the rows are refused', () => {
  const input = plain(Float32Array.of(0, 1), 2, 10_000);
  expect(() => validateRotaryTable({ ...input, rows: 3 })).toThrow(/3 entries, but it has 2/);
});
