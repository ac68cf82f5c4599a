import { expect, test } from '@playwright/test';
import { readRunFiles } from '../src/cli/open-run.ts';
import { packRun } from '../src/results/run-archive.ts';
import { exported, mapValues } from './workbench-page.ts';

const PROBE = 'public/study/probe.bapa.zip';

/** The study's run as if of another number type, its first answer turned round. */
async function otherRun(): Promise<Buffer> {
  const files = new Map(await readRunFiles(PROBE));
  const manifest = JSON.parse(files.get('manifest.json')!);
  manifest.model.dtype = 'q4';
  files.set('manifest.json', JSON.stringify(manifest));
  const name = 'records-standard.jsonl';
  const [first, ...rest] = files.get(name)!.split('\n');
  const record = JSON.parse(first!);
  const turned = record.prediction === 'Yes' ? 'No' : 'Yes';
  const line = JSON.stringify({ ...record, prediction: turned, output: turned });
  files.set(name, [line, ...rest].join('\n'));
  return Buffer.from(packRun(files));
}

test('two schemes, then two runs, are set side by side: what differs, maps, numbers, flipped items', async ({
  page,
}) => {
  await page.route(/model\.safetensors$/, () => undefined);
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('results-source')).toContainText('Precomputed');
  await page.getByRole('tab', { name: 'Compare' }).click();
  await expect(page.getByText('Both are of one run')).toBeVisible();
  const maps = page.getByTestId('compared-maps');
  await expect(maps.locator('[data-value]')).toHaveCount(27);
  const [standard, balanced] = [
    await mapValues(page, 'standard'),
    await mapValues(page, 'balanced'),
  ];
  for (const [cell, change] of Object.entries(await mapValues(page, 'balanced − standard')))
    expect(change).toBeCloseTo(balanced[cell]! - standard[cell]!, 9);
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('BaPA: ');
  await expect(page.getByTestId('compare-table').locator('tbody tr')).toHaveCount(16);

  const count = page.getByTestId('flipped-count');
  const all = Number(/^\d+/.exec(await count.innerText())![0]);
  const csv = (await exported(page, 'Flipped items')).toString('utf8');
  expect(csv.trim().split('\r\n')).toHaveLength(1 + all);
  await page.keyboard.press('Escape');
  await maps.locator('[data-map="balanced − standard"] button[data-cell="left"]').click();
  await expect(page.getByLabel('Cell of the items that flipped')).toHaveValue('3');
  expect(Number(/^\d+/.exec(await count.innerText())![0])).toBeLessThan(all);
  await page.getByTestId('flipped').locator('.item-list button').nth(1).click();
  await expect(page.getByTestId('item').locator('.target-mark')).toHaveAttribute(
    'data-cell',
    'left',
  );

  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  await page.locator('.runs-dialog input[type=file]').setInputFiles({
    name: 'other.bapa.zip',
    mimeType: 'application/zip',
    buffer: await otherRun(),
  });
  await expect(page.getByTestId('kept-run')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.getByLabel('Second condition').selectOption({ label: 'standard · emoji-llava q4' });
  await expect(page.getByTestId('manifest-differences')).toContainText(
    'weights stored asfloat32q4',
  );
  await expect(count).toHaveText(/^1 item: /);
  // What differs stands before the numbers.
  const tops = await Promise.all(
    [page.getByTestId('manifest-differences'), maps].map(async (part) => {
      return (await part.boundingBox())!.y;
    }),
  );
  expect(tops[0]).toBeLessThan(tops[1]!);
});
