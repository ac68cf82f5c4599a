import { expect, it } from 'vitest';
import type { RunProgress } from '../results/run-progress.ts';
import { StudyClock } from './study-clock.ts';

it('counts all experiments as one, and what was done before not for the pace', () => {
  let now = 0;
  const clock = new StudyClock([{ passes: 100 }, { passes: 300 }], () => now);
  const seen: RunProgress[] = [];
  const first = clock.watch(100, (progress) => seen.push(progress));
  // Half of the first was there: nothing tells the pace yet.
  first({ done: 5, total: 10, millisecondsLeft: null });
  now = 1000;
  first({ done: 10, total: 10, millisecondsLeft: 0 });
  const second = clock.watch(300, (progress) => seen.push(progress));
  second({ done: 0, total: 3, millisecondsLeft: null });
  now = 5000;
  second({ done: 1, total: 3, millisecondsLeft: null });
  expect(seen).toEqual([
    { done: 50, total: 400, millisecondsLeft: null },
    { done: 100, total: 400, millisecondsLeft: (1000 / 50) * 300 },
    { done: 100, total: 400, millisecondsLeft: (1000 / 50) * 300 },
    { done: 200, total: 400, millisecondsLeft: (5000 / 150) * 200 },
  ]);
});
