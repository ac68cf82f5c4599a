import { expect, test } from 'vitest';
import { makeManifest } from '../results/testing/make-manifest.ts';
import { makeRun } from '../results/testing/make-records.ts';
import { probeSection } from './probe-section.ts';

const ROWS = ['111111110', '011111110', '011111101'];

/** The columns of the best and the worst cell of a run of these rows. */
function bestAndWorst(positive: readonly string[]): unknown[] {
  const { tables } = probeSection(makeRun({ positive }), makeManifest({ groups: positive.length }));
  const { columns, rows } = tables.find(({ name }) => name === 'across-cells')!;
  return ['best cell', 'worst cell'].map(
    (title) => rows[0]![columns.findIndex(({ name }) => name === title)],
  );
}

test('best and worst cells are named with those like them, or counted where they are many', () => {
  expect(bestAndWorst(ROWS)).toEqual(['6 cells alike', 'top left, bottom right']);
  expect(bestAndWorst(['111101111', '111111111'])).toEqual(['8 cells alike', 'center']);
  expect(bestAndWorst(['111111111', '111111111'])).toEqual(['all alike', 'all alike']);
});
