import { expect, test } from 'vitest';
import { duration } from './duration.ts';

test('times use the unit that a person would', () => {
  expect([820, 42_300, 185_000, 4_320_000].map(duration)).toEqual([
    '0.8 s',
    '42 s',
    '3 min 5 s',
    '1 h 12 min',
  ]);
});

test('no unit shows 60 of the smaller one', () => {
  expect([9_960, 59_600, 119_700, 3_599_600, 7_199_000].map(duration)).toEqual([
    '10 s',
    '1 min 0 s',
    '2 min 0 s',
    '1 h 0 min',
    '2 h 0 min',
  ]);
});
