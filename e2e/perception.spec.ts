import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import { exported, mapValues, openLive, sidewaysWhenNarrow } from './workbench-page.ts';

/** Few and large tiles, so that a picture takes seconds. */
async function coverLarge(page: Page, ways: string): Promise<void> {
  await page.getByRole('tab', { name: 'Perception' }).click();
  await page.getByLabel('Side of a tile').selectOption('140 px');
  await page.getByLabel('Ways of covering').selectOption(ways);
}

async function numbers(page: Page): Promise<Record<string, string>[]> {
  const csv = (await exported(page, 'Numbers')).toString('utf8');
  return Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;
}

test('the bench’s picture is covered tile by tile in two ways, compared, exported and imported', async ({
  page,
}) => {
  await openLive(page);
  await coverLarge(page, 'every tile and half the tiles');
  const panel = page.getByRole('region', { name: 'Results' });
  await expect(panel).toContainText('neither is evidence that an answer is right');
  await page.getByRole('button', { name: 'Run perception' }).press('Enter');
  await expect(page.getByTestId('run-progress')).toContainText(/\d+ passes · .* left/);
  await expect(page.getByTestId('perception-source')).toContainText('This run ·');
  const maps = page.getByTestId('picture-maps').locator('figure');
  await expect(maps).toHaveCount(3);
  expect(await maps.evaluateAll((all) => all.map((map) => map.getAttribute('data-map')))).toEqual([
    'standard',
    'balanced',
    'balanced − standard',
  ]);
  const rows = await page
    .getByTestId('perception-table')
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  // Whatever is run of the 36 tiles of each scheme, the rest is said to be saved.
  expect(rows.map(([scheme, way]) => [scheme, way])).toEqual([
    ['standard', 'every tile'],
    ['balanced', 'every tile'],
    ['standard', 'half the tiles'],
    ['balanced', 'half the tiles'],
  ]);
  for (const [, , tiles, passes, saved] of rows) {
    expect(tiles).toBe('36');
    expect(Number(passes) + Number(saved)).toBe(36);
  }
  expect(Number(rows[2]![3])).toBeLessThan(Number(rows[0]![3]));
  await expect(page.getByTestId('perception-table')).toContainText(
    /order the tiles alike with a rank correlation of −?0\.\d\d over all tiles/,
  );

  const lines = await numbers(page);
  expect(lines).toHaveLength(3 * 36);
  const value = (map: string, at: number) =>
    Number(lines.filter((line) => line['map'] === map)[at]!['value']);
  expect(value('balanced − standard', 7)).toBeCloseTo(
    value('balanced', 7) - value('standard', 7),
    5,
  );
  const svg = (await exported(page, 'SVG')).toString('utf8');
  expect(svg.match(/<image [^>]*href="data:image\/jpeg;base64,/g)).toHaveLength(3);

  // Maps that were exported in the published form are drawn as others' are.
  const files = unzipSync(await exported(page, 'Reference maps (ZIP)'));
  const [path] = Object.keys(files).filter((name) =>
    name.startsWith('attention-maps-standard-kernel/'),
  );
  expect(path).toMatch(/\/0_4\/0_4_attention_map\.json$/);
  const shares = Number(rows[0]!.at(-1));
  await page.getByLabel('Import map files').setInputFiles({
    name: path!.split('/').at(-1)!,
    mimeType: 'application/json',
    buffer: Buffer.from(files[path!]!),
  });
  await expect(page.getByTestId('perception-source')).toContainText(
    'Imported · 0_4_attention_map.json',
  );
  expect((await mapValues(page, 'imported'))['center']).toBeCloseTo(shares, 1);
  // Of the other eight cells there is no map, and none is made up.
  await expect(page.getByTestId('mean-maps').getByText('no data')).toHaveCount(8);
  await page.getByText('Export, import').click();
  await page.getByLabel('Import map files').setInputFiles({
    name: 'other.json',
    mimeType: 'application/json',
    buffer: Buffer.from('[]'),
  });
  await expect(page.getByRole('alert')).toContainText('is called like a perception map');
  await page.getByRole('heading', { name: 'What the answer hangs on' }).click();
  expect(await sidewaysWhenNarrow(page)).toBe(0);
  await page.getByRole('button', { name: 'Show the last run' }).click();
  await expect(maps).toHaveCount(3);
  expect(await sidewaysWhenNarrow(page)).toBe(0);
});

test('groups fill the mean maps picture by picture, and what is finished is kept', async ({
  page,
}) => {
  await openLive(page);
  await coverLarge(page, 'coarse to fine');
  const panel = page.getByRole('region', { name: 'Results' });
  await panel.getByRole('combobox', { name: 'Of what' }).selectOption('embedded');
  await page.getByRole('button', { name: 'Run perception' }).click();
  const means = page.getByTestId('mean-maps').locator('figure').first();
  await expect(means.locator('.tile-map')).toHaveCount(1);
  await expect(means.getByText('no data')).toHaveCount(8);
  await page
    .getByRole('contentinfo', { name: 'Run' })
    .getByRole('button', { name: 'Cancel' })
    .click();
  await expect(page.getByTestId('perception-source')).toContainText('This run so far');
  await expect(page.getByTestId('share-maps').locator('[data-value]').first()).toBeVisible();
  await panel.getByLabel('Shown maps').selectOption({ index: 1 });
  await expect(page.getByTestId('picture-maps').locator('canvas.picture')).toHaveCount(3);
});
