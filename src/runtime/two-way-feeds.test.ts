import { expect, test } from 'vitest';
import { openNodeBackend } from './backend-node.ts';
import { padSequences, type Sequence } from './batch.ts';
import { TwoWayColumns } from './two-way-feeds.ts';

const BACKEND = await openNodeBackend('cpu');

function sequence(length: number, spans: Sequence['spans']): Sequence {
  const featureRows = spans.map(() => 0);
  return { ids: Array<number>(length).fill(1), spans, featureRows, strength: 0 };
}

function rows(columns: TwoWayColumns, queries: number): Record<string, number[][]> {
  const feeds = Object.entries(columns.feeds(BACKEND, queries));
  return Object.fromEntries(
    feeds.map(([name, { data, dims }]) => {
      const [count, width] = dims as [number, number];
      const all = Array.from(data as Float32Array);
      return [name, Array.from({ length: count }, (_, r) => all.slice(r * width, (r + 1) * width))];
    }),
  );
}

const PREFILL = padSequences([
  sequence(4, [{ start: 1, length: 2 }]),
  sequence(6, [
    { start: 0, length: 2 },
    { start: 2, length: 1 },
    { start: 4, length: 1 },
  ]),
]);

test('a prefill: padding has no order, and images whose tokens touch are one', () => {
  const order = [
    [0, 1, 2, 3, -1, -1],
    [0, 1, 2, 3, 4, 5],
  ];
  const image = [
    [0, 1, 1, 0, 0, 0],
    [1, 1, 1, 0, 2, 0],
  ];
  expect(rows(TwoWayColumns.none(2).with(PREFILL, [0, 0]), 6)).toEqual({
    query_order: order,
    key_order: order,
    query_image: image,
    key_image: image,
  });
});

test('a step of some rows: new tokens follow the valid ones, behind columns of padding', () => {
  const step = padSequences([sequence(1, []), sequence(1, [])]);
  const columns = TwoWayColumns.none(2).with(PREFILL, [0, 0]).select([1, 0]).with(step, [6, 4]);
  expect(rows(columns, 1)).toEqual({
    query_order: [[6], [4]],
    key_order: [
      [0, 1, 2, 3, 4, 5, 6],
      [0, 1, 2, 3, -1, -1, 4],
    ],
    query_image: [[0], [0]],
    key_image: [
      [1, 1, 1, 0, 2, 0, 0],
      [0, 1, 1, 0, 0, 0, 0],
    ],
  });
});
