import { expect, test } from 'vitest';
import { axisEnd, barGeometry } from './margin-axis.ts';

test('the axis ends at the next round number', () => {
  expect(axisEnd([0.2, -0.3])).toBe(1);
  expect(axisEnd([2.4, -1])).toBe(5);
  expect(axisEnd([-12])).toBe(20);
  expect(axisEnd([])).toBe(1);
});

test('bars start at zero, in the middle', () => {
  expect(barGeometry(2, 4)).toEqual({ left: 50, width: 25 });
  expect(barGeometry(-4, 4)).toEqual({ left: 0, width: 50 });
});
