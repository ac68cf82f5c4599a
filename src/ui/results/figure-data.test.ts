import { expect, test } from 'vitest';
import { CELLS, type Cell, type ProbeRecord } from '../../results/records.ts';
import { figureSvg, mapTriple } from './figure-data.ts';

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

test('two schemes share one scale, and a cell without records stays missing', () => {
  const { first, second, difference } = mapTriple(records, 'accuracy', 'standard', 'balanced', '');
  expect(first.scale).toEqual(second!.scale);
  expect(first.cells[0]!.value).toBe(0);
  expect(first.cells[8]!.value).toBeNull();
  expect(difference!.cells.map(({ value }) => value)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, null]);
});

test('the figure of all three carries every value', () => {
  const svg = figureSvg(mapTriple(records, 'accuracy', 'standard', 'balanced', ''), 'all');
  expect(svg.match(/data-value="/g)).toHaveLength(8 + 9 + 8);
  expect(svg.match(/no data<\/text>/g)).toHaveLength(2);
});
