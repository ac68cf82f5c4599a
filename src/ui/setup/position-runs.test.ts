import { expect, test } from 'vitest';
import { idsInWords, positionRuns } from './position-runs.ts';

const kinds = Uint32Array.from([0, 0, 1, 1, 1, 1, 1, 0, 0]);

test('runs of one kind with their ends', () => {
  const balanced = Float32Array.from([0, 1, 2, 2, 2, 2, 2, 3, 4]);
  expect(positionRuns(kinds, balanced)).toEqual([
    { kind: 'text', tokens: 2, first: 0, last: 1 },
    { kind: 'image', tokens: 5, first: 2, last: 2 },
    { kind: 'text', tokens: 2, first: 3, last: 4 },
  ]);
  expect(idsInWords({ kinds, positions: balanced }, 1)).toBe('2 2 2 … 2');
});

test('fractional ids are shortened', () => {
  const half = Float32Array.from([0, 1, 2, 2.5, 3, 3.5, 4, 5, 6]);
  expect(idsInWords({ kinds, positions: half }, 1)).toBe('2 2.5 3 … 4');
  expect(idsInWords({ kinds, positions: half }, 2)).toBe('5 6');
});
