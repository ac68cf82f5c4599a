import { describe, expect, test } from 'vitest';
import { uploadBuffer } from './compute.ts';
import {
  dispatchPositions,
  packSpans,
  positionsReference,
  validatePositions,
  type PositionsInput,
  type Span,
} from './positions.ts';
import { readBuffer, testWithDevice } from './testing/device.ts';

/** The spans of a row's images; `kinds` holds 0 for text and k ≥ 1 for the k-th image. */
function spansOfKinds(kinds: Uint32Array): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < kinds.length;) {
    let end = start + 1;
    while (end < kinds.length && kinds[end] === kinds[start]) end++;
    if (kinds[start] !== 0) spans.push({ start, length: end - start });
    start = end;
  }
  return spans;
}

function row(kinds: number[], strength: number, axes = 1): PositionsInput {
  const packed = packSpans([spansOfKinds(Uint32Array.from(kinds))]);
  return {
    axes,
    rows: 1,
    length: kinds.length,
    ...packed,
    strengths: Float32Array.of(strength),
  };
}

const ids = (kinds: number[], strength: number) => [...positionsReference(row(kinds, strength))];

describe('the rule', () => {
  test('standard positions count every token', () => {
    expect(ids([0, 0, 1, 1, 1, 0, 0], 0)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
  test('balanced positions collapse an image onto its first id', () => {
    expect(ids([0, 0, 1, 1, 1, 0, 0], 1)).toEqual([0, 1, 2, 2, 2, 3, 4]);
  });
  test('a strength between scales the ids inside the image', () => {
    expect(ids([0, 1, 1, 1, 0, 0], 0.5)).toEqual([0, 1, 1.5, 2, 3, 4]);
  });
  test('two adjacent images stay two', () => {
    expect(ids([0, 1, 1, 2, 2, 0], 1)).toEqual([0, 1, 1, 2, 2, 3]);
  });
  test('text between two images keeps counting', () => {
    expect(ids([1, 1, 0, 0, 2, 2, 0], 1)).toEqual([0, 0, 1, 2, 3, 3, 4]);
  });
  test('three axes follow the offsets, text the largest of them', () => {
    const input = row([0, 1, 1, 1, 1, 0], 0, 3);
    const offsets = new Float32Array(18);
    offsets.set([0, 0, 1, 1], 6 + 1); // h of a 2 × 2 grid
    offsets.set([0, 1, 0, 1], 12 + 1); // w
    const standard = positionsReference({ ...input, offsets });
    expect([...standard]).toEqual([0, 1, 1, 1, 1, 3, 0, 1, 1, 2, 2, 3, 0, 1, 2, 1, 2, 3]);
    const balanced = positionsReference({ ...input, offsets, strengths: Float32Array.of(1) });
    expect([...balanced]).toEqual([0, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 2]);
  });
});

describe('what is refused', () => {
  test('a strength outside 0 to 1', () => {
    expect(() => validatePositions(row([0, 1, 0], 1.5))).toThrow(/between 0 and 1.*1\.5/);
    expect(() => validatePositions(row([0, 1, 0], NaN))).toThrow(/between 0 and 1/);
  });
  test('overlapping spans', () => {
    const input = { ...row([0, 1, 1, 0], 0), spansPerRow: 2 };
    const spans = Uint32Array.of(1, 2, 2, 1);
    expect(() => validatePositions({ ...input, spans })).toThrow(/ascend without overlap/);
  });
  test('a span beyond the row', () => {
    const input = { ...row([0, 1, 1, 0], 0), spans: Uint32Array.of(2, 9) };
    expect(() => validatePositions(input)).toThrow(/inside the 4 tokens/);
  });
});

/** A generator with a fixed seed (mulberry32), so that the random cases are always the same. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomInput(rows: number, length: number, axes: number, withOffsets: boolean) {
  const next = random(rows * 1000 + length);
  const spans = Array.from({ length: rows }, () => {
    const kinds = new Uint32Array(length);
    let image = 0;
    for (let n = 0; n < length;) {
      const run = 1 + Math.floor(next() * 40);
      const kind = next() < 0.5 ? ++image : 0;
      kinds.fill(kind, n, Math.min(length, n + run));
      n += run;
    }
    return spansOfKinds(kinds);
  });
  const strengths = Float32Array.from({ length: rows }, (_, r) => [0, 1, 0.5][r] ?? next());
  const offsets = Float32Array.from({ length: axes * rows * length }, () =>
    Math.floor(next() * 24),
  );
  const input: PositionsInput = { axes, rows, length, ...packSpans(spans), strengths };
  return withOffsets ? { ...input, offsets } : input;
}

describe('the kernel equals the reference', () => {
  const cases = [
    [1, 1, 1, false],
    [3, 7, 1, false],
    [5, 613, 1, false],
    [4, 259, 3, true],
    [300, 33, 3, false],
    [2, 4099, 3, true],
  ] as const;
  for (const [rows, length, axes, withOffsets] of cases)
    testWithDevice(
      `${rows} rows of ${length} tokens, ${axes} axes${withOffsets ? ', own offsets' : ''}`,
      async (device) => {
        const input = randomInput(rows, length, axes, withOffsets);
        validatePositions(input);
        const spans = uploadBuffer(device, input.spans);
        const strengths = uploadBuffer(device, input.strengths);
        const offsets = input.offsets && uploadBuffer(device, input.offsets);
        const result = dispatchPositions(device, input, { spans, strengths, offsets });
        const bytes = axes * rows * length * 4;
        const found = new Float32Array(await readBuffer(device, result, bytes));
        const expected = positionsReference(input);
        for (const buffer of [spans, strengths, offsets, result]) buffer?.destroy();
        expected.forEach((id, i) => {
          const strength = input.strengths[Math.floor(i / length) % rows]!;
          // Whole ids are exact; fractional ones may be fused, one rounding less each image.
          const tolerance = strength === 0 || strength === 1 ? 0 : id * 2 ** -21;
          expect(Math.abs(found[i]! - id), `entry ${i}`).toBeLessThanOrEqual(tolerance);
        });
      },
    );
});
