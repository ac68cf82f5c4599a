import { expect, it } from 'vitest';
import { strengthCurve, strengthCurveNumbers, type CurvePoint } from './strength-curve.ts';
import { DARK } from './theme.ts';

const points: CurvePoint[] = [
  [0, 0.7, 0.3],
  [0.5, 0.6, 0.2],
  [1, 0.5, 0.08],
].map(([strength, mean, range]) => ({
  strength: strength!,
  mean: { value: mean!, low: mean! - 0.06, high: mean! + 0.05 },
  range: { value: range!, low: range! - 0.05, high: range! + 0.1 },
  chanceRange: 0.12,
  p: 0.04,
}));
const data = {
  title: 'emoji-llava: accuracy and bias by strength',
  lines: ['emoji-probe · 20 groups · seed 7'],
  quantity: 'accuracy on positive items',
  points,
};

it('draws what it drew', () => {
  expect(strengthCurve(data).replaceAll('><', '>\n<')).toMatchSnapshot();
});

it('puts a strength at its own place, and larger values higher', () => {
  const places = (series: string) =>
    new RegExp(`points="([^"]+)"[^>]+data-series="${series}"`)
      .exec(strengthCurve(data))![1]!
      .split(' ')
      .map((place) => place.split(',').map(Number));
  const [mean, range] = [places('mean'), places('range')];
  const [first, middle, last] = mean.map(([x]) => x!);
  expect(middle! - first!).toBeCloseTo(last! - middle!, 1);
  mean.forEach(([, y], at) => expect(y).toBeLessThan(range[at]![1]!));
});

it('says its numbers to readers that cannot see it, and in a table', () => {
  expect(strengthCurve(data)).toContain('strength 0.5: mean 0.60, range 0.20');
  const { columns, rows } = strengthCurveNumbers(data);
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(rows[2]!.slice(0, 2)).toEqual([1, 0.5]);
});

it('takes the paper of its theme', () => {
  expect(strengthCurve({ ...data, theme: DARK })).toContain(`fill="${DARK.paper}"`);
});

it('is drawn of a model that is always wrong', () => {
  const none = { value: 0, low: 0, high: 0 };
  const wrong = points.map((point) => ({ ...point, mean: none, range: none, chanceRange: 0 }));
  expect(strengthCurve({ ...data, points: wrong })).not.toContain('NaN');
});
