import { describe, expect, it } from 'vitest';
import {
  attentionMapPath,
  formatAttentionMap,
  importAttentionMaps,
  parseAttentionMap,
  parseAttentionMapPath,
} from './attention-map.ts';
import {
  evenBorders,
  massShares,
  meanMap,
  normalised,
  pairedValues,
  resampleMap,
} from './occlusion-map.ts';
import {
  formatPerceptionRecord,
  parseModes,
  parsePerceptionRecords,
  perceptionKey,
  type PerceptionRecord,
} from './perception-records.ts';
import { summarizePerception } from './perception-summary.ts';
import { CELLS } from './records.ts';
import { rankCorrelation } from './statistics/rank-correlation.ts';

function even(values: readonly (readonly number[])[]) {
  return { across: evenBorders(values[0]!.length), down: evenBorders(values.length), values };
}

/** A map of 20 × 20 tiles that is 1 in the tiles of one row and 0 elsewhere. */
function rowMap(row: number): number[][] {
  return Array.from({ length: 20 }, (_, r) => Array<number>(20).fill(r === row ? 1 : 0));
}

describe('rankCorrelation', () => {
  it("gives Spearman's rho, ties at the mean of their ranks", () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 25, 1000])).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // By hand: ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4 have covariance 4.5 and squares 4.5 and 5.
    expect(rankCorrelation([0, 5, 5, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(() => rankCorrelation([1], [1, 2])).toThrow(/1 and 2 numbers/);
  });
});

describe('maps', () => {
  it('are resampled by area', () => {
    const map = even([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const halves = [0, 0.5, 1];
    expect(resampleMap(map, halves, halves).values).toEqual([
      [(1 + 2 / 2) / 1.5, (2 / 2 + 3) / 1.5].map((value) => expect.closeTo(value, 12)),
      [(4 + 5 / 2) / 1.5, (5 / 2 + 6) / 1.5].map((value) => expect.closeTo(value, 12)),
    ]);
    // Beyond its tiles a map is 0.
    const inner = { ...map, across: [0.25, 0.5, 0.625, 0.75], down: [0, 0.5, 1] };
    expect(resampleMap(inner, halves, [0, 1]).values[0]![0]).toBeCloseTo((1 + 4) / 2 / 2, 12);
  });

  it('have a share of their sum in each cell, tiles on a border in both', () => {
    const map = even(Array.from({ length: 20 }, () => Array<number>(20).fill(1)));
    massShares(map)!.forEach((share) => expect(share).toBeCloseTo(1 / 9, 12));
    // The seventh of 20 rows lies from 0.3 to 0.35: two thirds of it above the border at 1/3.
    const shares = massShares(even(rowMap(6)))!;
    expect(shares.slice(0, 3)).toEqual(Array(3).fill(expect.closeTo(2 / 9, 12)));
    expect(shares.slice(3, 6)).toEqual(Array(3).fill(expect.closeTo(1 / 9, 12)));
    expect(shares.slice(6)).toEqual([0, 0, 0]);
    expect(massShares(even([[0, 0]]))).toBeNull();
  });

  it('are averaged and paired on the tiles of the first', () => {
    const fine = even([[0, 1, 2, 3]]);
    const rough = even([[10, 20]]);
    expect(meanMap([fine, rough])!.values).toEqual([[5, 5.5, 11, 11.5]]);
    expect(meanMap([])).toBeNull();
    expect(pairedValues(rough, fine)).toEqual([
      [10, 20],
      [0.5, 2.5],
    ]);
    expect(normalised([[1, 4]])).toEqual([[0.25, 1]]);
    expect(normalised([[0, 0]])).toEqual([[0, 0]]);
  });
});

describe("the published code's files", () => {
  it('are called and filled as they are there', () => {
    expect(attentionMapPath({ id: '12', cell: 8 })).toBe('12_8/12_8_attention_map.json');
    const map = rowMap(3).map((row) => row.map((value) => value / 3));
    const rows: unknown = JSON.parse(formatAttentionMap(even(map)));
    expect(Array.isArray(rows)).toBe(true);
    expect(rows).toHaveLength(20);
    for (const row of rows as number[][]) {
      expect(row).toHaveLength(20);
      for (const value of row) expect(typeof value).toBe('number');
    }
    expect((rows as number[][])[3]![0]).toBe(0.333333);
  });

  it('hold other maps in 20 x 20 tiles with a maximum of 1', () => {
    const rows = JSON.parse(formatAttentionMap(even([[0, 1, 0]]))) as number[][];
    expect(rows).toHaveLength(20);
    expect(rows.every((row) => row.length === 20)).toBe(true);
    expect(Math.max(...rows.flat())).toBe(1);
    expect(rows[0]!.slice(0, 6)).toEqual(Array(6).fill(0));
    expect(rows[0]![6]).toBeCloseTo(1 / 3, 5);
  });

  it('are found by their names', () => {
    expect(parseAttentionMapPath('a/b/x_y_3/x_y_3_attention_map.json')).toEqual({
      id: 'x_y',
      cell: 3,
    });
    for (const path of ['x_9/x_9_attention_map.json', 'x_3/y_3_attention_map.json', 'x_3/map.json'])
      expect(parseAttentionMapPath(path)).toBeNull();
  });

  it('are read, and refused in a sentence', () => {
    const read = parseAttentionMap('[[0, 0.5], [1, 0]]', 'a.json');
    expect(read).toEqual(
      even([
        [0, 0.5],
        [1, 0],
      ]),
    );
    for (const text of ['{}', '[]', '[[]]', '[[1], [1, 2]]', '[["1"]]', '[[-1]]', '[[null]]'])
      expect(() => parseAttentionMap(text, 'a.json')).toThrow(
        /^a\.json should hold a map as an array/,
      );
    expect(() => parseAttentionMap('[[1', 'a.json')).toThrow('not valid JSON');
  });

  it('are imported as groups in the order of their ids', () => {
    const file = (id: string, cell: number) => ({
      path: `run/${attentionMapPath({ id, cell })}`,
      text: JSON.stringify(rowMap(cell)),
    });
    const files = [
      file('10', 1),
      file('9', 1),
      file('9', 0),
      { path: 'run/manifest.json', text: '{}' },
    ];
    const imported = importAttentionMaps(files);
    expect(imported.map(({ key }) => key)).toEqual([
      '0/top_left/imported/reference',
      '0/top_center/imported/reference',
      '1/top_center/imported/reference',
    ]);
    expect(imported[0]!.map).toEqual(rowMap(0));
    expect(() => importAttentionMaps(files.slice(3))).toThrow(/None of 1 files is called like/);
  });
});

/** A record whose map holds `share` of its sum in the target's cell and the rest in the next one. */
function record(
  group: number,
  cell: number,
  share: number | null,
  other: Partial<PerceptionRecord> = {},
): PerceptionRecord {
  const shares = Array<number>(9).fill(0);
  if (share !== null) {
    shares[cell] = share;
    shares[(cell + 1) % 9] = 1 - share;
  }
  const about = {
    group,
    cell: CELLS[cell]!,
    scheme: 'standard',
    mode: 'kernel' as const,
    ...other,
  };
  return {
    key: perceptionKey(about),
    index: group * 9 + cell,
    strength: 0,
    fill: 'white',
    imageHash: 'ab',
    pictures: [...'abcdefgh', null],
    caption: 'red apple',
    prompt: 'Is there a red apple?\n',
    output: 'Yes',
    tokenIds: [3],
    across: evenBorders(3),
    down: evenBorders(3),
    map: [shares.slice(0, 3), shares.slice(3, 6), shares.slice(6)],
    maximum: 2.5,
    tiles: 9,
    passes: 7,
    milliseconds: 12.5,
    ...about,
  };
}

describe('perception records', () => {
  it('are read as they were written, and a bad one is named', () => {
    const records = [record(0, 4, 0.5), record(1, 4, null, { map: null, tokenIds: [] })];
    const text = records.map(formatPerceptionRecord).join('');
    expect(parsePerceptionRecords(text)).toEqual(records);
    const bad = `${text}${JSON.stringify({ ...records[0], map: [[1, 'x']] })}\n`;
    expect(() => parsePerceptionRecords(bad, 'run.jsonl')).toThrow(
      /^Line 3 of run\.jsonl: the field "map" is .* which no perception record has/,
    );
    expect(parseModes('kernel, Coarse')).toEqual(['kernel', 'coarse']);
    expect(() => parseModes('kernels')).toThrow('reference, kernel, coarse, sparse, but "kernels"');
    expect(() => parseModes('kernel,kernel')).toThrow('named twice');
  });
});

describe('summarizePerception', () => {
  const groups = [0, 1, 2, 3];
  const run = (shareOf: (group: number, cell: number) => number | null, other = {}) =>
    groups.flatMap((group) =>
      CELLS.map((_, cell) => record(group, cell, shareOf(group, cell), other)),
    );

  it('averages maps and shares by the target’s cell, with intervals over groups', () => {
    const records = run((group, cell) => (cell === 4 ? 0.9 - group / 10 : 0.5));
    const [condition] = summarizePerception(records, { resamples: 500 }).conditions;
    expect(condition).toMatchObject({ pictures: 36, withoutMap: 0, tiles: 324, passes: 252 });
    const [first] = condition!.cells;
    expect(first).toMatchObject({ cell: 'top_left', n: 4 });
    // The mean, not the sum.
    expect(first!.meanMap!.values[0]).toEqual([0.5, 0.5, 0]);
    expect(first!.share).toEqual({ value: 0.5, interval: [0.5, 0.5] });
    const center = condition!.cells[4]!.share!;
    expect(center.value).toBeCloseTo(0.75, 12);
    expect(center.interval![0]).toBeGreaterThanOrEqual(0.6);
    expect(center.interval![0]).toBeLessThan(0.75);
    expect(center.interval![1]).toBeGreaterThan(0.75);
    expect(center.interval![1]).toBeLessThanOrEqual(0.9 + 1e-12);
    expect(condition!.meanShare!.value).toBeCloseTo((8 * 0.5 + 0.75) / 9, 12);
  });

  it('keeps what is missing missing', () => {
    const records = run((group, cell) => (cell === 2 || (cell === 3 && group > 0) ? null : 0.5));
    const { conditions } = summarizePerception(records, { resamples: 200 });
    expect(conditions[0]!.withoutMap).toBe(4 + 3);
    expect(conditions[0]!.cells[2]).toMatchObject({ n: 0, meanMap: null, share: null });
    expect(conditions[0]!.cells[3]).toMatchObject({ n: 1, share: { value: 0.5 } });
    expect(conditions[0]!.meanShare).toBeNull();
  });

  it('compares schemes over the same groups, and modes by rank', () => {
    const balanced = { scheme: 'balanced', strength: 1 };
    const coarse = { mode: 'coarse' as const };
    const records = [
      ...run(() => 0.5),
      ...run((group) => 0.6 + group / 100, balanced),
      ...run(() => 0.25, coarse),
      ...run(() => 1, { ...balanced, ...coarse }),
    ];
    const { comparisons, agreements, conditions } = summarizePerception(records, {
      resamples: 300,
    });
    expect(conditions.map(({ scheme, mode }) => [scheme.label, mode])).toEqual([
      ['standard', 'kernel'],
      ['balanced', 'kernel'],
      ['standard', 'coarse'],
      ['balanced', 'coarse'],
    ]);
    const [difference] = comparisons;
    expect(difference).toMatchObject({ mode: 'kernel', first: 'standard', second: 'balanced' });
    expect(difference!.cells[0]!.value).toBeCloseTo(0.115, 12);
    expect(difference!.cells[0]!.interval![0]).toBeGreaterThan(0.09);
    expect(difference!.meanShare!.value).toBeCloseTo(0.115, 12);
    // Shares of 0.5, 0.5 against 0.25, 0.75: ranks 8.5, 8.5 against 8, 9, the seven zeros at 4, so that
    // rho is 31.5 over the root of 31.5 · 32; over the two that changed the first has no order.
    const [standard] = agreements;
    expect(standard).toMatchObject({
      scheme: 'standard',
      first: 'kernel',
      second: 'coarse',
      pictures: 36,
    });
    expect(standard!.all!.mean).toBeCloseTo(Math.sqrt(31.5 / 32), 12);
    expect(standard!.all!.least).toBeCloseTo(standard!.all!.most, 12);
    expect(standard!.changed).toBeNull();
  });

  it('compares schemes over the pictures that both have a map of', () => {
    const balanced = { scheme: 'balanced', strength: 1 };
    const shareOf = (group: number) => 0.2 + group / 10;
    const half = run((group) => (group < 2 ? null : shareOf(group)), balanced);
    const { comparisons } = summarizePerception([...run(shareOf), ...half], { resamples: 100 });
    const { value, interval } = comparisons[0]!.meanShare!;
    expect(value).toBeCloseTo(0, 12);
    expect(Math.max(...interval!.map(Math.abs))).toBeCloseTo(0, 12);
  });

  it('has no intervals of a single group', () => {
    const [condition] = summarizePerception([record(0, 0, 0.5)]).conditions;
    expect(condition!.cells[0]!.share).toEqual({ value: 0.5, interval: null });
    expect(condition!.meanShare).toBeNull();
  });
});
