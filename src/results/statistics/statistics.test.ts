import { describe, expect, it } from 'vitest';
import { percentileInterval, quantile, bootstrapMeans } from './bootstrap.ts';
import { cochranQ } from './cochran.ts';
import { consistency } from './consistency.ts';
import { dPrime } from './d-prime.ts';
import { exactMcNemar, holm } from './mcnemar.ts';
import { normalQuantile } from './normal.ts';
import { permuteRange, permuteValueRange } from './permutation.ts';
import { wilson } from './wilson.ts';

/** Rows of nine digits as bytes. */
function bits(rows: readonly string[]): Uint8Array {
  return Uint8Array.from(rows.flatMap((row) => [...row].map(Number)));
}

// Expected values by SciPy 1.17.1 and statsmodels 0.15.0; each test names the call.

it('normalQuantile: scipy.stats.norm.ppf', () => {
  const shares = [0.5, 0.6, 0.925, 0.975, 0.999, 1e-6];
  const expected = [
    0, 0.2533471031357997, 1.4395314709384563, 1.959963984540054, 3.090232306167813,
    -4.753424308822899,
  ];
  shares.forEach((share, at) => expect(normalQuantile(share)).toBeCloseTo(expected[at]!, 13));
});

it("wilson: scipy.stats.binomtest(k, n).proportion_ci(method='wilson')", () => {
  const middle = wilson(81, 263)!;
  expect(middle.low).toBeCloseTo(0.2552885198782742, 12);
  expect(middle.high).toBeCloseTo(0.36620957698280004, 12);
  const none = wilson(0, 12)!;
  expect(none.low).toBe(0);
  expect(none.high).toBeCloseTo(0.24249400665524085, 12);
  expect(wilson(9, 10)!.high).toBeCloseTo(0.9821237869049271, 12);
  expect(wilson(0, 0)).toBeNull();
});

it('dPrime: norm.ppf(18.5 / 21) - norm.ppf(4.5 / 21)', () => {
  expect(dPrime(18, 20, 4, 20)).toBeCloseTo(1.9713997253552358, 12);
  expect(Number.isFinite(dPrime(20, 20, 0, 20)!)).toBe(true);
  expect(dPrime(1, 1, 0, 0)).toBeNull();
});

it('exactMcNemar: scipy.stats.binomtest(b, b + c, 0.5).pvalue', () => {
  expect(exactMcNemar(3, 12)).toBeCloseTo(0.03515625, 12);
  expect(exactMcNemar(1090, 1010)).toBeCloseTo(0.08469768650772912, 9);
  expect(exactMcNemar(5, 5)).toBe(1);
  expect(exactMcNemar(0, 0)).toBe(1);
});

it("holm: statsmodels multipletests(p, method='holm')", () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005, 0.8, 0.2, 0.06, 0.5, 0.011]);
  const expected = [0.08, 0.2, 0.18, 0.045, 1, 0.6, 0.24, 1, 0.08];
  expected.forEach((value, at) => expect(corrected[at]).toBeCloseTo(value, 12));
});

describe('cochranQ', () => {
  it('statsmodels cochrans_q', () => {
    const rows =
      '110011111 100110011 011011011 010111011 100101111 001011111 010101111 001010110 001111101 100001111 010001111 100011111';
    const { q, p, degreesOfFreedom } = cochranQ(bits(rows.split(' ')));
    expect(q).toBeCloseTo(21.01818181818182, 10);
    expect(p).toBeCloseTo(0.0070992878198312195, 12);
    expect(degreesOfFreedom).toBe(8);
  });

  it('finds nothing where nothing varies', () => {
    expect(cochranQ(bits(['111111111', '000000000']))).toMatchObject({ q: 0, p: 1 });
  });
});

it('consistency tells all right from all wrong, unparsed being an answer of its own', () => {
  // Codes: 0 unparsed, 1 Yes, 2 No.
  const answers = bits(['111111111', '222222222', '000000000', '111222111']);
  expect(consistency(answers)).toEqual({
    same: 0.75,
    allRight: 0.25,
    allWrong: 0.5,
    meanDeviating: 0.75,
  });
});

describe('bootstrap', () => {
  it('interpolates quantiles: numpy.quantile([1, 2, 4, 8], [0.1, 0.5])', () => {
    expect(quantile([1, 2, 4, 8], 0.1)).toBeCloseTo(1.3, 12);
    expect(quantile([1, 2, 4, 8], 0.5)).toBeCloseTo(3, 12);
  });

  it('draws whole groups: columns that agree in every group agree in every resample', () => {
    const rows = Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
    const means = bootstrapMeans(rows, 2, { resamples: 200, seed: 1 });
    for (let at = 0; at < means.length; at += 2) expect(means[at]).toBe(means[at + 1]);
    expect(new Set(means).size).toBeGreaterThan(3);
    expect(bootstrapMeans(rows, 2, { resamples: 200, seed: 1 })).toEqual(means);
  });

  it('comes near the normal interval of a mean where that holds', () => {
    // 400 groups, 30 % of ones: standard error sqrt(0.3 * 0.7 / 400) = 0.02291.
    const rows = Uint8Array.from({ length: 400 }, (_, at) => (at % 10 < 3 ? 1 : 0));
    const means = bootstrapMeans(rows, 1, { resamples: 10_000, seed: 4 });
    const { low, high } = percentileInterval(0.3, means);
    expect(low).toBeCloseTo(0.3 - 1.96 * 0.02291, 2);
    expect(high).toBeCloseTo(0.3 + 1.96 * 0.02291, 2);
  });
});

describe('permuteRange', () => {
  it('finds a range that position makes', () => {
    const rows = Array.from({ length: 40 }, (_, group) => (group % 2 ? '111111110' : '101111110'));
    const result = permuteRange(bits(rows), 1, { permutations: 2000, seed: 1 });
    expect(result.observed).toBe(1);
    expect(result.p).toBeCloseTo(1 / 2001, 12);
  });

  it('is uniform enough where position makes none', () => {
    // Each cell is wrong in exactly as many groups as any other: the smallest range there is.
    const rows = Array.from({ length: 45 }, (_, group) =>
      Array.from({ length: 9 }, (_, cell) => (group % 9 === cell ? '0' : '1')).join(''),
    );
    const result = permuteRange(bits(rows), 1, { permutations: 2000, seed: 1 });
    expect(result.observed).toBe(0);
    expect(result.p).toBe(1);
    expect(result.nullMean).toBeGreaterThan(0.05);
  });

  it('has the exact null of two cells in one varying group', () => {
    // One group, one wrong cell: every permutation has range 1.
    const result = permuteRange(bits(['011111111']), 1, { permutations: 50, seed: 1 });
    expect(result).toMatchObject({ observed: 1, nullMean: 1, nullHigh: 1, p: 1 });
  });

  it('puts a score into every cell equally often', () => {
    // Two groups with one mark each: the marks meet in one cell with probability 1/9, range 2/2.
    const result = permuteRange(bits(['100000000', '000000001']), 1, {
      permutations: 90_000,
      seed: 2,
    });
    const shareMet = (result.nullMean - 0.5) / 0.5;
    expect(shareMet).toBeGreaterThan(1 / 9 - 0.004);
    expect(shareMet).toBeLessThan(1 / 9 + 0.004);
  });
});

describe('permuteValueRange', () => {
  it('has the null of permuteRange where the values are counts', () => {
    const rows = ['101111110', '111011101', '011110111', '110111011'];
    const values = Float64Array.from(bits(rows));
    const options = { permutations: 20_000, seed: 3 };
    const [counts, reals] = [
      permuteRange(bits(rows), 1, options),
      permuteValueRange(values, options),
    ];
    expect(reals.observed).toBeCloseTo(counts.observed, 12);
    expect(reals.nullMean).toBeCloseTo(counts.nullMean, 2);
    expect(reals.nullHigh).toBeCloseTo(counts.nullHigh, 12);
    expect(Math.abs(reals.p - counts.p)).toBeLessThan(0.02);
  });
});
