import { expect, test } from 'vitest';
import { compareConditions, conditionsOf } from '../results/compare-runs.ts';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import { makeManifest } from '../results/testing/make-manifest.ts';
import { makeRun } from '../results/testing/make-records.ts';
import { comparisonMaps, comparisonTable } from './comparison.ts';

test('the difference map holds what the table holds, of a run that was cut off too', () => {
  const whole = ['011111111', '111111111', '011111111'];
  const records = [
    ...makeRun({ positive: [...whole, '0        '] }),
    ...makeRun({ positive: [...whole.map(() => '111111111'), '1        '] }, BALANCED),
  ];
  const manifest = makeManifest({ schemes: [STANDARD, BALANCED] });
  const [first, second] = conditionsOf({ manifest, records });
  const comparison = compareConditions(first!, second!, { resamples: 200, permutations: 200 });
  const [, , difference] = comparisonMaps(comparison, [first!, second!], 'accuracy').maps;
  const { rows } = comparisonTable(comparison, 'accuracy', 'a');
  const [, , , change] = rows.find(([what]) => what === 'top left')!;
  expect(difference.cells[0]).toMatchObject({ name: 'top_left', n: 3 });
  expect(difference.cells[0]!.value).toBeCloseTo(2 / 3, 12);
  expect(change).toMatchObject({ value: difference.cells[0]!.value });
});
