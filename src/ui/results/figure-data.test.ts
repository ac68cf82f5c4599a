import { expect, test } from 'vitest';
import { CELLS, type Cell, type ProbeRecord } from '../../results/records.ts';
import { summarize } from '../../results/summary.ts';
import { mapTriple, savedFigures } from './figure-data.ts';

function record(cell: Cell, scheme: string, prediction: 'Yes' | 'No'): ProbeRecord {
  return {
    key: `0/${cell}/positive/${scheme}`,
    index: 0,
    group: 0,
    cell,
    polarity: 'positive',
    scheme,
    strength: scheme === 'standard' ? 0 : 1,
    imageHash: '',
    pictures: [],
    caption: 'red apple',
    prompt: '',
    answer: 'Yes',
    prediction,
    output: prediction,
    margin: 1,
    decoded: false,
    milliseconds: 1,
  };
}

const records = [
  ...CELLS.slice(0, 8).map((cell, at) => record(cell, 'standard', at === 0 ? 'No' : 'Yes')),
  ...CELLS.map((cell) => record(cell, 'balanced', 'Yes')),
];

const asked = { measure: 'accuracy', first: 'standard', second: 'balanced' } as const;

test('two schemes share one scale, and a cell without records stays missing', () => {
  const { first, second, difference } = mapTriple(records, asked);
  expect(first.scale).toEqual(second!.scale);
  expect(first.cells[0]!.value).toBe(0);
  expect(first.cells[8]!.value).toBeNull();
  expect(difference!.cells.map(({ value }) => value)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, null]);
});

test('the figure of all three carries every value and says what it is', async () => {
  const svg = await savedFigures(mapTriple(records, asked))[0]!.svg();
  expect(svg.match(/data-value="/g)).toHaveLength(8 + 9 + 8);
  expect(svg.match(/no data<\/text>/g)).toHaveLength(2);
  expect(svg).toContain('accuracy on positive items [95 % interval]');
});

test('with whole groups the figure has ranges and the intervals of the difference', () => {
  const groups = [0, 1, 2].flatMap((group) =>
    ['standard', 'balanced'].flatMap((scheme) =>
      CELLS.map((cell, at) => ({
        ...record(cell, scheme, scheme === 'standard' && at < group ? 'No' : 'Yes'),
        key: `${group}/${cell}/positive/${scheme}`,
        group,
      })),
    ),
  );
  const summary = summarize(groups, { resamples: 200, permutations: 50 });
  const { first, difference } = mapTriple(groups, { ...asked, summary });
  expect(first.detail).toBe('range (max − min) 0.67');
  expect(difference!.detail).toBe('change of the range −0.67');
  expect(difference!.cells[0]!.value).toBeCloseTo(2 / 3);
  const [low, high] = difference!.cells[0]!.interval!;
  expect(low).toBeLessThan(2 / 3);
  expect(high).toBe(1);
  const partial = mapTriple(groups, { ...asked, summary: { ...summary, incompleteGroups: 1 } });
  expect(partial.difference!.cells[0]!.interval).toBeUndefined();
});
