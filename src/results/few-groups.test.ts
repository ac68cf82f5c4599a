import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fewGroups } from './few-groups.ts';
import { summarizePerception } from './perception-summary.ts';
import { unpackRun } from './run-archive.ts';
import { readRun } from './run-layout.ts';

test('numbers over few groups come with a warning', () => {
  expect(fewGroups(20)).toBeUndefined();
  expect(fewGroups(19)).toMatch(/^Only 19 groups: intervals from so few are too narrow/);
  expect(fewGroups(1)).toBe('Only 1 group, so there are no intervals.');
  expect(fewGroups(30, 4)).toContain('Only 30 and 4 groups');
});

test('and so do the shipped perception maps, which are of two', () => {
  const run = readRun(unpackRun(readFileSync('public/study/perception.bapa.zip')));
  if (run.experiment !== 'perception') throw new Error('The file holds another experiment.');
  const { groups } = summarizePerception(run.records, { resamples: 10 });
  expect(groups).toBe(2);
  expect(readFileSync('public/study/report.html', 'utf8')).toContain(fewGroups(groups));
});
