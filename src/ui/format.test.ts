import { expect, test } from 'vitest';
import { byteCount, plain, pValue, signed } from './format.ts';

test('margins carry a sign, and none where they round to zero', () => {
  expect([2.14, -0.37, -0.01, 0].map((value) => signed(value))).toEqual([
    '+2.1',
    '−0.4',
    '0.0',
    '0.0',
  ]);
});

test('plain numbers only mark what is negative', () => {
  expect([0.912, -0.05, -0.001].map((value) => plain(value))).toEqual(['0.91', '−0.05', '0.00']);
});

test('small p values are bounded, not zero', () => {
  expect([0.0039, 0.0001].map(pValue)).toEqual(['p\u00a0=\u00a00.004', 'p\u00a0<\u00a00.001']);
});

test('sizes use the unit that a person would', () => {
  expect([12_345, 6_129_678].map(byteCount)).toEqual(['12 kB', '6.1 MB']);
});
