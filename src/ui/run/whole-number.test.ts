import { expect, test } from 'vitest';
import { readWholeNumber } from './whole-number.ts';

test('whole numbers in the range are taken as they are', () => {
  expect(readWholeNumber('12', 1, 1000)).toEqual({ value: 12 });
  expect(readWholeNumber('0', 0, 9)).toEqual({ value: 0 });
});

test('numbers outside become the nearest, and the hint says which', () => {
  expect(readWholeNumber('99999', 1, 1000)).toEqual({ value: 1000, hint: '1000 is the most' });
  expect(readWholeNumber('-3', 1, 1000)).toEqual({ value: 1, hint: '1 is the least' });
});

test('a fraction or nothing is no number: the field keeps what it had', () => {
  for (const text of ['1.5', '', 'many']) {
    const { value, hint } = readWholeNumber(text, 0, 10);
    expect(value).toBeUndefined();
    expect(hint).toContain('0 to 10');
  }
});
