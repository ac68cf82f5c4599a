import { expect, test } from 'vitest';
import { schemeMaps } from '../figures/bias-maps.ts';
import { BALANCED } from '../results/scheme.ts';
import { summarize } from '../results/summary.ts';
import { makeRun } from '../results/testing/make-records.ts';
import { verdict, verdictHeadline } from '../results/verdict.ts';
import { summaryText } from './summary-text.ts';
import { verdictText } from './verdict-text.ts';

const RIGHT = '111111111';
const run = { positive: ['011111111', '001111111', RIGHT], negative: [RIGHT, '111111110', RIGHT] };
const perfect = { positive: [RIGHT, RIGHT, RIGHT], negative: [RIGHT, RIGHT, RIGHT] };

test('the range is called as on the maps, with a minus that every terminal shows', () => {
  const summary = summarize([...makeRun(run), ...makeRun(perfect, BALANCED)], {
    resamples: 50,
    permutations: 50,
    seed: 1,
  });
  const text = summaryText(summary);
  const cells = summary.schemes[0]!.cells.map(({ cell }) => ({ name: cell, value: 0.5 }));
  const [map] = schemeMaps([{ label: 'standard', cells, range: 0.5 }], { quantity: 'accuracy' });
  const words = map!.detail!.replace('\u2212', '-').replace(/ [\d.]+$/, '');
  // Accuracy and balanced accuracy of both schemes, and of their difference.
  expect(text.split(`${words} `)).toHaveLength(7);
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('the verdict fits every terminal', () => {
  const summary = summarize([...makeRun(run), ...makeRun(perfect, BALANCED)], {
    resamples: 50,
    permutations: 50,
    seed: 1,
  });
  const text = verdictText(verdictHeadline(summary), verdict(summary));
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^Verdict\n=======\n {2}standard: /);
  expect(text).toContain('\nBias:\n  Under standard positions the mean accuracy');
  expect(text).toContain('\nWhat changed:\n');
  expect(text).toContain('\nHow sure:\n  Only 3 groups');
});
