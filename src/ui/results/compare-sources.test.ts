import { expect, test } from 'vitest';
import { BALANCED, STANDARD } from '../../results/scheme.ts';
import { makeManifest } from '../../results/testing/make-manifest.ts';
import { makeRun } from '../../results/testing/make-records.ts';
import type { ListedRun, ResultState } from '../store/state.ts';
import { chosenPair, compareSources, conditionChoices } from './compare-sources.ts';

const manifest = makeManifest({ schemes: [STANDARD, BALANCED] });
const row = '111111111';
const records = [...makeRun({ positive: [row] }), ...makeRun({ positive: [row] }, BALANCED)];
const result: ResultState = { source: 'kept', kept: 'one', records, manifest };

function listed(id: string, part: Partial<ListedRun> = {}): ListedRun {
  return {
    id,
    experiment: 'probe',
    manifest,
    state: 'finished',
    records: 18,
    bytes: 1,
    share: 1,
    resumable: true,
    changedAt: '2026-01-01T00:00:00.000Z',
    held: false,
    here: false,
    ...part,
  };
}

test('every probe can be chosen once, none that a tab works on', () => {
  const kept = [
    listed('one'),
    listed('two'),
    listed('held', { held: true }),
    listed('flow', { experiment: 'flow' }),
    listed('empty', { records: 0 }),
  ];
  const sources = compareSources(result, undefined, kept);
  expect(sources.map(({ id }) => id)).toEqual(['shown', 'two']);
  expect(compareSources({ source: 'none', records: [] }, undefined, [])).toEqual([]);
});

test('two schemes of what is shown are chosen to begin with, and what is gone is replaced', () => {
  const choices = conditionChoices(compareSources(result, undefined, [listed('two')]));
  const keys = (pair: ReturnType<typeof chosenPair>) => pair?.map(({ key }) => key);
  expect(keys(chosenPair(choices, {}))).toEqual(['shown/standard', 'shown/balanced']);
  expect(keys(chosenPair(choices, { first: 'shown/balanced', second: 'two/standard' }))).toEqual([
    'shown/balanced',
    'two/standard',
  ]);
  expect(keys(chosenPair(choices, { first: 'gone/standard' }))).toEqual([
    'shown/standard',
    'shown/balanced',
  ]);
  expect(chosenPair(choices.slice(0, 1), {})).toBeUndefined();
});
