import { expect, test } from '@playwright/test';
import { openLive } from './workbench-page.ts';

test('the study runs every experiment on the groups of the run bar, one after another', async ({
  page,
}) => {
  test.skip(process.env['BAPA_LONG'] !== '1', 'takes most of a minute: npm run test:long runs it');
  await openLive(page);
  const bar = page.getByRole('contentinfo', { name: 'Run' });
  await bar.getByLabel('Groups').fill('1');
  await bar.getByRole('button', { name: 'Run study' }).click();
  for (const title of [
    'Study 1 of 4: Probe',
    'Study 2 of 4: Perception',
    'Study 3 of 4: Similarity',
    'Study 4 of 4: Flow',
  ])
    await expect(bar.getByRole('heading')).toHaveText(title);
  await expect(bar.getByRole('heading')).toHaveText('Probe');
  for (const [tab, source] of [
    ['Perception', 'perception-source'],
    ['Similarity', 'similarity-source'],
    ['Flow', 'flow-source'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByTestId(source)).toContainText('emoji-probe, 1 group, seed 7');
    await expect(page.getByTestId(source)).not.toContainText('Precomputed');
  }
});

test('a study that is cancelled ends where it is', async ({ page }) => {
  await openLive(page);
  const bar = page.getByRole('contentinfo', { name: 'Run' });
  await bar.getByLabel('Groups').fill('1');
  await bar.getByRole('button', { name: 'Run study' }).click();
  await expect(bar.getByRole('heading')).toHaveText('Study 2 of 4: Perception');
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await expect(bar.getByRole('heading')).toHaveText('Probe');
  await page.getByRole('tab', { name: 'Similarity' }).click();
  await expect(page.getByTestId('similarity-source')).toContainText('Precomputed');
});
