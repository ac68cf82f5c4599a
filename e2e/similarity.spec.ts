import { expect, test, type Page } from '@playwright/test';
import Papa from 'papaparse';
import { exported, mapValues, openLive, runReaches } from './workbench-page.ts';

const POOLINGS = ['max, all tokens', 'mean, all tokens', 'max, target’s cell'];

/** By keyboard, from the first tab on. */
async function openTab(page: Page): Promise<void> {
  const similarity = page.getByRole('tab', { name: 'Similarity' });
  await page.getByRole('tab').first().focus();
  const tabs = await page.getByRole('tab').allInnerTexts();
  for (let at = 0; at < tabs.indexOf('Similarity'); at++) await page.keyboard.press('ArrowRight');
  await expect(similarity).toBeFocused();
  await expect(similarity).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel', { name: 'Similarity' })).toBeVisible();
}

test('the target on the bench is compared with its caption in all nine cells', async ({ page }) => {
  await openLive(page);
  await openTab(page);
  await page.getByRole('button', { name: 'Run similarity' }).press('Enter');
  await expect(page.getByTestId('similarity-source')).toContainText('This run ·');
  const table = page.getByTestId('similarity-table');
  await expect(table.getByRole('row')).toHaveCount(10);
  for (const pooling of POOLINGS) {
    // Maps are drawn a moment after the table.
    await expect.poll(async () => Object.keys(await mapValues(page, pooling))).toHaveLength(9);
    const values = Object.values(await mapValues(page, pooling));
    for (const value of values) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
  // Under another scheme nothing is asked anew, and the probe's tab is as it was.
  await page.keyboard.press('b');
  await expect(page.getByTestId('similarity-source')).toContainText('This run ·');
  await page.getByRole('tab', { name: 'Probe' }).click();
  await expect(page.getByTestId('results-source')).toContainText('Precomputed');
});

test('a run over groups tells how far it is, ends when told to, and is exported', async ({
  page,
}) => {
  await openLive(page);
  await openTab(page);
  const panel = page.getByRole('region', { name: 'Results' });
  await panel.getByRole('combobox', { name: 'Of what' }).selectOption('embedded');
  await panel.getByLabel('Groups').fill('1000');
  await page.getByRole('button', { name: 'Run similarity' }).click();
  const bar = page.getByRole('contentinfo', { name: 'Run' });
  await expect(bar.getByRole('heading')).toHaveText('Similarity');
  await expect(page.getByTestId('run-progress')).toContainText('left');
  await expect(bar.getByRole('button', { name: 'Run', exact: true })).toHaveCount(0);
  await bar.getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByRole('heading')).toHaveText('Probe');
  await expect(page.getByRole('tab', { name: 'Similarity' })).toBeFocused();
  await expect(page.getByTestId('similarity-source')).toContainText('This run so far');

  await panel.getByLabel('Groups').fill('2');
  await page.getByRole('button', { name: 'Run similarity' }).click();
  await expect(page.getByTestId('similarity-source')).toContainText('This run ·');
  await expect(page.getByTestId('similarity-table')).toContainText('range by chance');

  const numbers = Papa.parse<Record<string, string>>(
    (await exported(page, 'Numbers')).toString('utf8'),
    { header: true, skipEmptyLines: true },
  ).data;
  expect(numbers).toHaveLength(27);
  for (const pooling of POOLINGS) {
    const rows = numbers.filter(({ map }) => map === pooling);
    expect(Object.fromEntries(rows.map((row) => [row['cell'], Number(row['value'])]))).toEqual(
      await mapValues(page, pooling),
    );
  }
  await page.locator('details.menu').getByLabel('Scale of the PNG').selectOption('3');
  const svg = (await exported(page, 'SVG')).toString('utf8');
  const png = await exported(page, 'PNG');
  expect(png.readUInt32BE(16)).toBe(Number(/<svg[^>]* width="(\d+)"/.exec(svg)![1]) * 3);
  const lines = (await exported(page, 'Reference JSONL')).toString('utf8').trim().split('\n');
  expect(lines.map((line) => Object.keys(JSON.parse(line)).join())).toEqual(
    lines.map(() => 'id,image,caption,position,similarity'),
  );

  // Starting the probe shows it, and nothing else can be started beside it.
  await page.getByLabel('Groups').last().fill('20');
  await bar.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('tab', { name: 'Probe' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'Similarity' }).click();
  await expect(page.getByRole('button', { name: 'Run similarity' })).toBeDisabled();
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await runReaches(page, 'cancelled');
});
