import { expect, test } from '@playwright/test';
import { mapValues, openLive, runReaches, startRun } from './workbench-page.ts';

test('a worker that cannot start is a sentence on the page', async ({ page }) => {
  await page.route(/\/assets\/worker-[^/]*\.js$/, (route) => route.fulfill({ status: 404 }));
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('load-failure')).toContainText('The worker that runs the model');
  await expect(page.locator('.grid-cell')).toHaveCount(9);
});

test('a worker that dies in mid-run ends the run, keeps its answers and offers a reload', async ({
  page,
}) => {
  await openLive(page);
  await startRun(page, 20);
  await expect(page.getByTestId('run-progress')).toContainText('left');
  const worker = page.workers().find((one) => /\/assets\/worker-[^/]*\.js$/.test(one.url()))!;
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('out of memory');
    });
  });
  await runReaches(page, 'failed');
  await expect(page.locator('.run-failure')).toContainText('out of memory');
  await expect(page.getByTestId('load-failure')).toContainText('Reload the page');
  await expect(page.getByRole('button', { name: 'Retry' })).toHaveCount(0);
  expect(Object.keys(await mapValues(page, 'standard')).length).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByTestId('model-status')).toContainText('Live');
});
