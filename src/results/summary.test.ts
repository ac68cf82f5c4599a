import { describe, expect, it } from 'vitest';
import { BALANCED } from './scheme.ts';
import { summarize } from './summary.ts';
import { makeRun } from './testing/make-records.ts';

const QUICK = { resamples: 400, permutations: 400, seed: 3 };

/** Ten groups: the first cell is right in 4, the others in all; negatives all right but in cell 8. */
const STANDARD_RUN = {
  positive: Array.from({ length: 10 }, (_, group) => `${group < 4 ? 1 : 0}11111111`),
  negative: Array.from({ length: 10 }, (_, group) => `11111111${group < 5 ? 1 : 0}`),
};
const PERFECT = {
  positive: Array<string>(10).fill('111111111'),
  negative: Array<string>(10).fill('111111111'),
};

describe('summarize', () => {
  const summary = summarize([...makeRun(STANDARD_RUN), ...makeRun(PERFECT, BALANCED)], QUICK);
  const [standard] = summary.schemes;
  const across = standard!.across!;

  it('describes each cell', () => {
    expect(standard!.cells[0]).toMatchObject({ cell: 'top_left', n: 10, negatives: 10 });
    expect(standard!.cells[0]!.accuracy!.value).toBeCloseTo(0.4);
    expect(standard!.cells[8]!.yesRateOnNegatives!.value).toBeCloseTo(0.5);
    expect(standard!.cells[8]!.balancedAccuracy).toBeCloseTo(0.75);
    expect(standard!.cells[0]!.meanMargin).toBe(1.5);
  });

  it('describes them together', () => {
    expect(across.groups).toBe(10);
    expect(across.accuracy.mean.value).toBeCloseTo(8.4 / 9);
    expect(across.accuracy.range.value).toBeCloseTo(0.6);
    // Population SD of eight ones and 0.4.
    expect(across.accuracy.sd.value).toBeCloseTo(Math.sqrt((8 / 81) * 0.36), 10);
    expect(across.accuracy.worst).toMatchObject({ cell: 'top_left' });
    expect(across.accuracy.rows.map(({ value }) => value)).toEqual([0.7999999999999999, 1, 1]);
    expect(across.accuracy.corners.value).toBeCloseTo(0.85);
    expect(across.accuracy.rangeNull.p).toBeLessThan(0.01);
    expect(across.balancedAccuracy!.cells[0]!.value).toBeCloseTo(0.7);
    expect(across.balancedAccuracy!.cells[8]!.value).toBeCloseTo(0.75);
    expect(across.positives.consistency).toEqual({
      same: 0.4,
      allRight: 0.4,
      allWrong: 0,
      meanDeviating: 0.6,
    });
  });

  it('bounds every value by its interval, and the best cell from below', () => {
    const { mean, range, best } = across.balancedAccuracy!;
    for (const { value, low, high } of [mean, range, best]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(best.value).toBe(1);
    expect(best.low).toBe(1);
  });

  it('compares two schemes on the same groups', () => {
    const [comparison] = summary.comparisons;
    expect(comparison).toMatchObject({ first: 'standard', second: 'balanced', groups: 10 });
    expect(comparison!.accuracy.range.value).toBeCloseTo(-0.6);
    expect(comparison!.accuracy.tests[0]).toMatchObject({ onlyFirst: 0, onlySecond: 6 });
    // 2 * 0.5^6, times nine after Holm.
    expect(comparison!.accuracy.tests[0]!.p).toBeCloseTo(0.03125, 12);
    expect(comparison!.accuracy.tests[0]!.pHolm).toBeCloseTo(0.28125, 12);
    expect(comparison!.balancedAccuracy!.tests[8]).toMatchObject({ onlyFirst: 0, onlySecond: 5 });
  });

  it('gives the same for the same records', () => {
    const again = summarize([...makeRun(STANDARD_RUN), ...makeRun(PERFECT, BALANCED)], QUICK);
    expect(again).toEqual(summary);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe('an incomplete run', () => {
  it('keeps its cells and leaves incomplete groups out across cells', () => {
    const records = makeRun({ positive: ['111111111', '011111111', '1111     '] });
    const summary = summarize(records, QUICK);
    expect(summary.incompleteGroups).toBe(1);
    expect(summary.schemes[0]!.cells[0]!.n).toBe(3);
    expect(summary.schemes[0]!.across).toMatchObject({ groups: 2, balancedAccuracy: null });
    expect(summary.schemes[0]!.cells[0]!.dPrime).toBeNull();
  });

  it('has no statistics across cells before two groups are complete', () => {
    const summary = summarize(makeRun({ positive: ['1111?    '] }), QUICK);
    expect(summary.schemes[0]!.across).toBeNull();
    expect(summary.schemes[0]!.cells[8]!.accuracy).toBeNull();
    expect(summary.schemes[0]!.cells[4]!.unparsedShare).toBe(1);
    expect(summarize([], QUICK).schemes).toEqual([]);
  });
});
