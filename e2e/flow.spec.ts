import { expect, test, type Page } from '@playwright/test';
import Papa from 'papaparse';
import { exported, openLive, sidewaysWhenNarrow } from './workbench-page.ts';

async function runFlow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run flow' }).press('Enter');
  await expect(page.getByTestId('flow-source')).toContainText('This run ·');
}

/** Rows of a CSV that the Export menu saves of a figure. */
async function numbersOf(page: Page, figure: string): Promise<Record<string, string>[]> {
  const menu = page.locator('details.menu');
  if ((await menu.getAttribute('open')) === null) await menu.locator('summary').click();
  await menu.getByLabel('Figure').selectOption(figure);
  const csv = (await exported(page, 'Numbers')).toString('utf8');
  return Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('attention of the question on the bench: maps over the picture, layers, heads and exports', async ({
  page,
}) => {
  await openLive(page);
  await page.getByRole('tab', { name: 'Flow' }).click();
  const panel = page.getByRole('region', { name: 'Results' });
  await expect(panel).toContainText('An attention map is no evidence that an answer is right');
  await runFlow(page);
  const maps = page.getByTestId('flow-maps').locator('figure');
  await expect(maps).toHaveCount(3);
  expect(await maps.evaluateAll((all) => all.map((map) => map.getAttribute('data-map')))).toEqual([
    'standard',
    'balanced',
    'balanced − standard',
  ]);
  await expect(maps.first().getByRole('img')).toHaveAccessibleName(/It is largest \d+ % from/);
  // Four layers under two schemes, and no heads.
  await expect(page.getByTestId('strip')).toHaveCount(2);
  await expect(page.getByTestId('strip').first().getByRole('img')).toHaveCount(4);

  // What the page says in words, the exported numbers say too.
  const shares = await page
    .getByTestId('flow-shares')
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('td:not(.share-bar)')].map((cell) =>
          Number.parseFloat(cell.textContent),
        ),
      ),
    );
  expect(shares).toHaveLength(2);
  for (const row of shares) expect(sum(row)).toBeCloseTo(100, 0);
  const rows = await numbersOf(page, 'maps');
  expect(rows).toHaveLength(3 * 144);
  const standard = rows.filter(({ map }) => map === 'standard').map(({ value }) => Number(value));
  expect(sum(standard)).toBeCloseTo(shares[0]![0]!, 0);

  await page.locator('details.menu').getByLabel('Figure').selectOption('maps over the picture');
  const svg = (await exported(page, 'SVG')).toString('utf8');
  expect(svg.match(/<image [^>]*href="data:image\/jpeg;base64,/g)).toHaveLength(3);
  const png = await exported(page, 'PNG');
  expect(png.readUInt32BE(16)).toBe(Number(/<svg[^>]* width="(\d+)"/.exec(svg)![1]) * 2);
  await page.keyboard.press('Escape');

  // Heads on demand; the slider's strength takes the place of balanced.
  await panel.getByLabel('Heads').selectOption('of layer 1');
  await page.getByLabel('Balance strength').fill('0.5');
  await runFlow(page);
  await expect(page.getByTestId('strip')).toHaveCount(4);
  await expect(page.getByTestId('strip').last().getByRole('img')).toHaveCount(4);
  await expect(maps.nth(1)).toHaveAttribute('data-map', '0.5');

  await panel.getByText('Numbers as a table').press('Enter');
  await panel.getByLabel('Numbers of which figure').selectOption('by distance');
  await expect(page.getByTestId('numbers').getByRole('row')).toHaveCount(145);
  expect(await sidewaysWhenNarrow(page)).toBe(0);
});

test('the mean of a group grows picture by picture and is kept when it is cancelled', async ({
  page,
}) => {
  await openLive(page);
  await page.getByRole('tab', { name: 'Flow' }).click();
  const panel = page.getByRole('region', { name: 'Results' });
  await panel.getByRole('combobox', { name: 'Of what' }).selectOption('embedded');
  await panel.getByLabel('Groups').fill('1000');
  await page.getByRole('button', { name: 'Run flow' }).click();
  await expect(page.getByTestId('run-progress')).toContainText('left');
  await page
    .getByRole('contentinfo', { name: 'Run' })
    .getByRole('button', { name: 'Cancel' })
    .click();
  await expect(page.getByTestId('flow-source')).toContainText('This run so far');
  await expect(panel).toContainText(/Mean of \d+ pictures|One picture/);
  // The mean is of no one picture.
  await expect(page.getByTestId('flow-maps').locator('canvas.picture')).toHaveCount(0);
});
