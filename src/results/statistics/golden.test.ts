/** Everything in a probe's summary against SciPy, statsmodels and NumPy: `tools/statistics/golden.py`. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProbeRecord } from '../records.ts';
import { BALANCED, STANDARD } from '../scheme.ts';
import { summarize } from '../summary.ts';
import { makeRecord } from '../testing/make-records.ts';
import type { AcrossCells } from './across-cells.ts';
import { bootstrapMeans } from './bootstrap.ts';
import { exactMcNemar, holm } from './mcnemar.ts';
import { normalQuantile } from './normal.ts';
import type { RangeNull } from './permutation.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { wilson, type Estimate } from './wilson.ts';

type Golden = Estimate & { readonly error: number };

const golden = JSON.parse(readFileSync('fixtures/statistics/golden.json', 'utf8'));
const { tables, conditions, comparison } = golden;
const RESAMPLES = 10_000;

/**
 * The percentile points of 10,000 resamples are themselves random: about 0.027 of the standard error
 * each, were they normal; and means of `cells` cells move in steps of an item. Values without
 * resampling have to agree to rounding.
 */
function expectEstimate(found: Estimate, expected: Golden, cells: number, what: string): void {
  expect(found.value, what).toBeCloseTo(expected.value, 10);
  const slack = 0.15 * expected.error + 1.01 / (48 * cells);
  for (const end of ['low', 'high'] as const)
    expect(Math.abs(found[end] - expected[end]), `${what}, ${end}`).toBeLessThan(slack);
}

/** In the order in which the recipe describes nine cells. */
function expectAcross(found: AcrossCells, expected: readonly Golden[], what: string): void {
  const { mean, sd, range, rows, columns, center, edges, corners, cells } = found;
  const all: readonly (readonly [number, Estimate])[] = [
    [9, mean],
    [9, sd],
    [1, range],
    ...[...rows, ...columns].map((estimate) => [3, estimate] as const),
    [1, center],
    [4, edges],
    [4, corners],
    ...cells.map((estimate) => [1, estimate] as const),
  ];
  expect(all).toHaveLength(expected.length);
  all.forEach(([width, estimate], at) =>
    expectEstimate(estimate, expected[at]!, width, `${what}, number ${at}`),
  );
}

/** Both sides are random: 20,000 permutations there. */
function expectNull(found: RangeNull, expected: RangeNull): void {
  expect(found.observed).toBeCloseTo(expected.observed, 10);
  const error = 5 * Math.sqrt(Math.max(expected.p, 1e-4) / found.permutations);
  expect(Math.abs(found.p - expected.p)).toBeLessThan(error + 1e-3);
  expect(found.nullMean / expected.nullMean).toBeCloseTo(1, 1);
  expect(Math.abs(found.nullHigh - expected.nullHigh)).toBeLessThan(1 / 48 + 1e-9);
}

function recordsOf(name: 'standard' | 'balanced'): ProbeRecord[] {
  const { answers } = conditions[name];
  const scheme = name === 'standard' ? STANDARD : BALANCED;
  return (['positive', 'negative'] as const).flatMap((polarity) =>
    (answers[polarity] as string[]).flatMap((row, group) =>
      [...row].map((mark, cell) => {
        const yes = (mark === '1') === (polarity === 'positive');
        const prediction = mark === '?' ? null : yes ? 'Yes' : 'No';
        const margin = answers.margins[group][cell];
        return makeRecord({ group, cell, polarity, scheme, prediction, margin });
      }),
    ),
  );
}

describe('tables of one test each', () => {
  it('statsmodels mcnemar(exact=True)', () => {
    for (const { pair, p } of tables.mcnemar) {
      const found = exactMcNemar(pair[0], pair[1]);
      expect(found / p, pair.join()).toBeCloseTo(1, 8);
    }
  });

  it("statsmodels proportion_confint(method='wilson')", () => {
    for (const { trials, interval } of tables.wilson) {
      const { low, high } = wilson(trials[0], trials[1])!;
      expect(low).toBeCloseTo(interval[0], 12);
      expect(high).toBeCloseTo(interval[1], 12);
    }
  });

  it('statsmodels multipletests, scipy norm.ppf and spearmanr', () => {
    holm(tables.holm.p).forEach((p, at) => expect(p).toBeCloseTo(tables.holm.corrected[at], 12));
    for (const [share, z] of tables.normalQuantile)
      expect(normalQuantile(share)).toBeCloseTo(z, 12);
    const { x, y, rho } = tables.rankCorrelation;
    expect(rankCorrelation(x, y)).toBeCloseTo(rho, 12);
  });
});

describe('a summary of 48 groups under two schemes', () => {
  const summary = summarize([...recordsOf('standard'), ...recordsOf('balanced')], {
    resamples: RESAMPLES,
    permutations: RESAMPLES,
  });

  it.each(['standard', 'balanced'])('has every cell of %s', (name) => {
    const { cells } = summary.schemes.find(({ scheme }) => scheme.label === name)!;
    conditions[name].cells.forEach((expected: Record<string, unknown>, at: number) => {
      const { meanMarginOnNegatives, cell, negatives, ...found } = cells[at]!;
      expect([meanMarginOnNegatives, cell, negatives]).not.toContain(null);
      for (const [field, value] of Object.entries(expected)) {
        const own = found[field as keyof typeof found];
        if (typeof value === 'number') expect(own, field).toBeCloseTo(value, 10);
        else
          for (const [part, number] of Object.entries(value as Estimate))
            expect((own as Estimate)[part as keyof Estimate], field).toBeCloseTo(number, 10);
      }
    });
  });

  it.each(['standard', 'balanced'])('describes %s across cells', (name) => {
    const across = summary.schemes.find(({ scheme }) => scheme.label === name)!.across!;
    const expected = conditions[name];
    for (const measure of ['accuracy', 'balancedAccuracy'] as const) {
      const { described, rangeNull } = expected.across[measure];
      expectAcross(across[measure]!, described, `${name}, ${measure}`);
      expectNull(across[measure]!.rangeNull, rangeNull);
    }
    expectEstimate(across.sensitivity!, expected.sensitivity, 9, `${name}, sensitivity`);
    expectAcross(across.margins, expected.margins.described, `${name}, margins`);
    expect(across.margins.rangeNull.p).toBeLessThan(expected.margins.rangeNull.p + 0.01);
    for (const items of ['positives', 'negatives'] as const) {
      expect(across[items]!.cochran.q).toBeCloseTo(expected[items].cochran.q, 9);
      expect(across[items]!.cochran.p).toBeCloseTo(expected[items].cochran.p, 12);
    }
    expect(across.positives.consistency).toEqual(expected.positives.consistency);
    expect(across.negatives!.consistency).toEqual(expected.negatives.consistency);
  });

  it('compares the two', () => {
    const [found] = summary.comparisons;
    for (const measure of ['accuracy', 'balancedAccuracy'] as const) {
      const { described, tests, swaps } = comparison[measure];
      expectAcross(found![measure]!, described, `change of ${measure}`);
      tests.forEach((expected: { [field: string]: number }, at: number) => {
        const { p, pHolm, ...counts } = found![measure]!.tests[at]!;
        expect(counts).toMatchObject({
          onlyFirst: expected['onlyFirst'],
          onlySecond: expected['onlySecond'],
        });
        expect(p).toBeCloseTo(expected['p']!, 12);
        expect(pHolm).toBeCloseTo(expected['pHolm']!, 12);
      });
      for (const p of ['pMean', 'pRange'] as const) {
        const error = 5 * Math.sqrt(Math.max(swaps[p], 1e-4) / RESAMPLES);
        expect(Math.abs(found![measure]!.swaps[p] - swaps[p]), p).toBeLessThan(error);
      }
    }
    expectEstimate(found!.sensitivity!, comparison.sensitivity, 9, 'change of sensitivity');
  });
});

it('resamples 1,000 groups of nine 10,000 times in about a second at most', () => {
  const rows = Uint8Array.from({ length: 9000 }, (_, at) => Number((at * 7919) % 97 < 60));
  const start = performance.now();
  bootstrapMeans(rows, 9, { resamples: RESAMPLES, seed: 1 });
  const milliseconds = performance.now() - start;
  console.log(`10,000 resamples of 1,000 groups × 9 cells: ${milliseconds.toFixed(0)} ms`);
  // Machines differ, and share their cores: only what is out of proportion fails.
  expect(milliseconds).toBeLessThan(5000);
});
