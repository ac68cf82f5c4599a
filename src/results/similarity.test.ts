import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { CELLS } from './records.ts';
import {
  formatReferenceSimilarities,
  formatSimilarities,
  parseReferenceSimilarities,
  parseSimilarities,
  similaritiesToCsv,
  type SimilarityRecord,
} from './similarity.ts';
import { pooledMaps, summarizeSimilarity } from './similarity-summary.ts';

/** Groups × nine cells; the numbers from functions of group and cell. */
function makeRecords(
  groups: number,
  max: (group: number, cell: number) => number,
  own: (group: number, cell: number) => number | null = () => 0.25,
): SimilarityRecord[] {
  return Array.from({ length: groups * CELLS.length }, (_, index) => {
    const [group, cell] = [Math.floor(index / 9), index % 9];
    return {
      key: `${group}/${CELLS[cell]}`,
      index,
      group,
      cell: CELLS[cell]!,
      target: 'red-apple',
      caption: 'red apple, "ripe"',
      imageHash: 'ab'.repeat(32),
      max: max(group, cell),
      mean: 0.125,
      own: own(group, cell),
      milliseconds: 2,
    };
  });
}

describe('similarity files', () => {
  const records = makeRecords(2, (group, cell) => group / 4 + cell / 100);

  it('read what they wrote, and name what is wrong', () => {
    const text = formatSimilarities(records);
    expect(parseSimilarities(text)).toEqual(records);
    const lines = text.split('\n');
    lines[2] = lines[2]!.replace('"own":0.25', '"own":"much"');
    expect(() => parseSimilarities(lines.join('\n'), 'run.jsonl')).toThrow(
      /^Line 3 of run\.jsonl: the field "own" is "much", which no similarity record has/,
    );
    const [first] = Papa.parse<Record<string, string>>(similaritiesToCsv(records), {
      header: true,
    }).data;
    expect(first).toMatchObject({ cell: 'top_left', caption: 'red apple, "ripe"', own: '0.25' });
  });

  it("have the reference's names, fields and types", () => {
    const lines = formatReferenceSimilarities(records).trim().split('\n');
    expect(lines).toHaveLength(18);
    const line = JSON.parse(lines[12]!) as Record<string, unknown>;
    expect(line).toEqual({
      id: '1',
      image: '1_3.jpg',
      caption: 'red apple, "ripe"',
      position: 'left',
      similarity: 0.28,
    });
    expect(Object.keys(line)).toEqual(['id', 'image', 'caption', 'position', 'similarity']);
    expect(Object.values(line).map((value) => typeof value)).toEqual([
      ...Array.from({ length: 4 }, () => 'string'),
      'number',
    ]);
  });

  it('of the reference are read wherever they were made, ids as text or numbers', () => {
    const ours = parseReferenceSimilarities(formatReferenceSimilarities(records), 'r.jsonl');
    expect(ours).toEqual(
      records.map(({ group, cell, max }) => ({ group, cell, max, mean: null, own: null })),
    );
    const theirs =
      '{"id": 712, "image": "712_0.jpg", "caption": "a", "position": "top_left", "similarity": 0.5, "more": []}\n' +
      '{"id": "x", "image": "x_8.jpg", "caption": "b", "position": "bottom_right", "similarity": 0.25}\n';
    expect(parseReferenceSimilarities(theirs, 'r.jsonl').map(({ group }) => group)).toEqual([0, 1]);
    expect(() => parseReferenceSimilarities(theirs + theirs, 'r.jsonl')).toThrow(
      'r.jsonl should hold each position of a group once, but has top_left of the id 712 twice',
    );
    expect(() => parseReferenceSimilarities('\n', 'r.jsonl')).toThrow('but is empty');
    const wrong = theirs.replace('"top_left"', '"middle"');
    expect(() => parseReferenceSimilarities(wrong, 'r.jsonl')).toThrow(
      'Line 1 of r.jsonl: the field "position" is "middle"',
    );
  });
});

describe('the summary of similarities', () => {
  const options = { resamples: 500, permutations: 500 };

  it('averages by cell, with intervals that resample groups', () => {
    // Every group is 0.1 apart from the last, and one cell 0.2 above the rest.
    const records = makeRecords(4, (group, cell) => group / 10 + (cell === 2 ? 0.2 : 0));
    const { max, mean, own } = summarizeSimilarity(records, options).measures;
    const expected = CELLS.map((_, cell) => (cell === 2 ? 0.35 : 0.15));
    max.cells.forEach(({ value, n }, cell) => {
      expect(value).toBeCloseTo(expected[cell]!, 12);
      expect(n).toBe(4);
    });
    // All cells of a group move together: the range is the same in every resample.
    const { range, rangeNull, cells } = max.across!;
    expect(range.low).toBeCloseTo(0.2, 12);
    expect(range.high).toBeCloseTo(0.2, 12);
    expect(rangeNull.p).toBeLessThan(0.05);
    expect(rangeNull.nullMean).toBeLessThan(0.2);
    expect(cells[0]!.low).toBeLessThan(0.15);
    expect(cells[0]!.high).toBeGreaterThan(0.15);
    expect(mean.across!.range.value).toBeCloseTo(0, 12);
    expect(mean.across!.rangeNull.p).toBe(1);
    expect(own.cells[4]!.value).toBe(0.25);
  });

  it('tells intervals only where every group is whole', () => {
    const records = makeRecords(3, (group) => group / 4).slice(0, -1);
    const summary = summarizeSimilarity(records, options);
    expect(summary.measures.max).toMatchObject({ groups: 2, incompleteGroups: 1 });
    const [first] = pooledMaps(summary);
    expect(first).toMatchObject({ label: 'max, all tokens', range: undefined });
    expect(first!.cells[0]).toEqual({ name: 'top_left', value: 0.25, n: 3 });
    expect(first!.cells[8]).toEqual({ name: 'bottom_right', value: 0.125, n: 2 });
  });

  it('leaves out ways of pooling without numbers, and one group has no intervals', () => {
    const records = makeRecords(
      1,
      () => 0.5,
      () => null,
    );
    const maps = pooledMaps(summarizeSimilarity(records, options));
    expect(maps.map(({ label }) => label)).toEqual(['max, all tokens', 'mean, all tokens']);
    expect(maps[0]!.cells[0]).toEqual({ name: 'top_left', value: 0.5, n: 1 });
    expect(pooledMaps(summarizeSimilarity([], options))).toHaveLength(3);
  });
});
