import { expect, test } from '@playwright/test';
import { exported, openLive, runReaches, startRun } from './workbench-page.ts';

test('a run outlives the loss of its device and keeps every answer', async ({ page }) => {
  // Shaders are compiled twice, in software where there is no GPU.
  test.setTimeout(900_000);
  await openLive(page, '?batch=1&lose-device');
  // Too many for the run to end by itself.
  await startRun(page, 20);
  const valueOf = () =>
    page
      .getByTestId('run-progress')
      .locator('progress')
      .evaluate((bar: HTMLProgressElement) => bar.value);
  await expect.poll(valueOf, { timeout: 300_000 }).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Lose the device' }).click();
  await expect(page.locator('.notices')).toContainText('The graphics device went away');
  const kept = await valueOf();
  await expect.poll(valueOf, { timeout: 300_000 }).toBeGreaterThan(kept);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await runReaches(page, 'cancelled', 300_000);
  await expect(page.getByTestId('model-status')).toContainText('WebGPU');

  const lines = (await exported(page, 'Records')).toString('utf8').trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { key: string; index: number });
  expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
  const indices = records.map(({ index }) => index);
  expect(indices).toEqual(indices.map((_, at) => Math.floor(at / 2)));
});
