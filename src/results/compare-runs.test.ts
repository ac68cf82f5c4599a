import { describe, expect, it } from 'vitest';
import { compareConditions, conditionsOf, type Condition } from './compare-runs.ts';
import { flippedToCsv } from './flipped-items.ts';
import { manifestDifferences } from './manifest-differences.ts';
import type { RunManifest } from './manifest.ts';
import type { ProbeRecord } from './records.ts';
import { BALANCED, STANDARD } from './scheme.ts';
import { strengthCurve } from './strength-curve.ts';
import { summarize } from './summary.ts';
import { makeManifest } from './testing/make-manifest.ts';
import { makeRun } from './testing/make-records.ts';

const QUICK = { resamples: 300, permutations: 300, seed: 3 };
const RIGHT = '111111111';
const rows = (count: number, row: string) => Array<string>(count).fill(row);
const ALL = { positive: rows(12, RIGHT), negative: rows(12, RIGHT) };
const CORNER = { positive: rows(12, '011111111'), negative: rows(12, RIGHT) };

function condition(records: readonly ProbeRecord[], manifest: RunManifest): Condition {
  const [first] = conditionsOf({ manifest, records });
  return first!;
}

describe('two schemes of one run', () => {
  const manifest = makeManifest({ schemes: [STANDARD, BALANCED] });
  const records = [...makeRun(CORNER), ...makeRun(ALL, BALANCED)];
  const [a, b] = conditionsOf({ manifest, records });
  const compared = compareConditions(a!, b!, QUICK);

  it('are called by their schemes, with nothing else that differs', () => {
    expect(compared).toMatchObject({ first: 'standard', second: 'balanced', pairing: 'paired' });
    expect(compared.differences).toEqual([]);
    expect(compared.unpaired).toBe(0);
  });

  it('have the summary’s comparison', () => {
    const [expected] = summarize(records, QUICK).comparisons;
    expect(compared.summary.comparisons[0]).toEqual(expected);
    expect(compared.changes.accuracy!.range.value).toBeCloseTo(-1);
  });

  it('list the items that flipped, with what they were about', () => {
    expect(compared.flipped).toHaveLength(12);
    const [{ first, second }] = compared.flipped as [(typeof compared.flipped)[number]];
    expect(first).toMatchObject({ group: 0, cell: 'top_left', prediction: 'No' });
    expect(second).toMatchObject({ prediction: 'Yes', scheme: 'balanced' });
    const csv = flippedToCsv(compared.flipped).split('\r\n');
    expect(csv[1]).toContain('"0","top_left","positive","red apple","balanced","No"');
    expect(csv[1]).toContain(first.imageHash);
    expect(csv).toHaveLength(1 + 12 + 1);
  });
});

describe('one scheme of two runs', () => {
  const first = condition(makeRun(CORNER), makeManifest({ groups: 12 }));
  const q8 = makeManifest({ groups: 14 }, { dtype: 'q8', weightHash: 'other weights' });

  it('are called by what differs, and say all of it', () => {
    const {
      first: name,
      second,
      differences,
    } = compareConditions(first, condition(makeRun(ALL), q8), QUICK);
    expect([name, second]).toEqual(['q4, standard', 'q8, standard']);
    expect(differences).toEqual([
      { what: 'weights (SHA-256)', a: 'weights', b: 'other weights' },
      { what: 'weights stored as', a: 'q4', b: 'q8' },
      { what: 'groups', a: '12', b: '14' },
    ]);
  });

  it('of other weights under one name are not two schemes of one model', () => {
    const other = makeManifest({ groups: 12 }, { weightHash: 'fine-tuned' });
    const compared = compareConditions(first, condition(makeRun(ALL), other), QUICK);
    expect(compared.first).toBe('weights weights, standard');
    expect(compared.second).toBe('weights fine-tun, standard');
  });

  it('of the same name are told apart', () => {
    const again = compareConditions(first, first, QUICK);
    expect([again.first, again.second]).toEqual(['standard (first)', 'standard (second)']);
    expect(again.flipped).toEqual([]);
    expect(again.summary.comparisons[0]!.accuracy.mean.value).toBe(0);
  });

  it('are paired over the groups in which both were asked the same', () => {
    const records = makeRun({ positive: rows(14, RIGHT), negative: rows(14, RIGHT) });
    const other = records.map((record) =>
      record.group === 3 && record.cell === 'left' ? { ...record, caption: 'pear' } : record,
    );
    const compared = compareConditions(first, condition(other, q8), QUICK);
    expect(compared).toMatchObject({ pairing: 'paired', unpaired: 3 });
    expect(compared.summary.comparisons[0]!.groups).toBe(11);
    expect(compared.flipped.map((item) => item.first.group)).not.toContain(3);
  });

  it('are not paired over other pictures: intervals of two independent bootstraps', () => {
    const dataset = { name: 'others', hash: 'another', items: 3 };
    const other = condition(makeRun(ALL), makeManifest({ groups: 12, dataset }));
    const compared = compareConditions(first, other, QUICK);
    expect(compared).toMatchObject({ pairing: 'apart', unpaired: 24, flipped: [] });
    expect(compared.summary.comparisons).toEqual([]);
    expect(compared.summary.schemes.map(({ scheme }) => scheme.label)).toEqual([
      'pictures, standard',
      'others, standard',
    ]);
    expect(compared.changes.accuracy!.mean.value).toBeCloseTo(1 / 9);
  });

  it('apart have wider intervals than paired, where answers go with the group', () => {
    const mixed = { positive: [...rows(6, RIGHT), ...rows(6, '000000000')] };
    const same = condition(makeRun(mixed), makeManifest({}));
    const elsewhere = makeManifest({ dataset: { name: 'others', hash: 'another', items: 3 } });
    const width = (other: Condition) => {
      const { mean } = compareConditions(same, other, QUICK).changes.accuracy!;
      return mean.high - mean.low;
    };
    expect(width(condition(makeRun(mixed), makeManifest({})))).toBe(0);
    expect(width(condition(makeRun(mixed), elsewhere))).toBeGreaterThan(0.5);
  });

  it('without complete groups have no changes', () => {
    const one = condition(makeRun({ positive: ['1111     '] }), q8);
    expect(compareConditions(first, one, QUICK).changes).toEqual({
      accuracy: null,
      balancedAccuracy: null,
    });
  });
});

it('manifests of one run differ in nothing; a missing compute type is float32', () => {
  const manifest = makeManifest({});
  expect(manifestDifferences(manifest, { ...manifest, startedAt: 'later' })).toEqual([]);
  const { compute, ...runtime } = manifest.runtime;
  expect(compute).toBe('float32');
  expect(manifestDifferences(manifest, { ...manifest, runtime })).toEqual([]);
  const versions = { onnxruntime: '1.30.0' };
  expect(manifestDifferences(manifest, makeManifest({}, { versions }))).toEqual([
    { what: 'version of onnxruntime', a: '–', b: '1.30.0' },
  ]);
});

it('the curve has its strengths in order, and needs three', () => {
  const half = { label: '0.5', strength: 0.5 };
  const two = [...makeRun(ALL, BALANCED), ...makeRun(CORNER)];
  expect(strengthCurve(summarize(two, QUICK), 'accuracy')).toEqual([]);
  const curve = strengthCurve(summarize([...two, ...makeRun(ALL, half)], QUICK), 'accuracy');
  expect(curve.map(({ strength }) => strength)).toEqual([0, 0.5, 1]);
  expect(curve.map(({ range }) => range.value)).toEqual([1, 0, 0]);
});
