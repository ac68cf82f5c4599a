import { expect, test } from '@playwright/test';
import { mapValues, openLive, runReaches, startRun, watchDeadButtons } from './workbench-page.ts';

test('a small probe fills the maps, and every cell opens to its items', async ({ page }) => {
  await openLive(page);
  await startRun(page, 2);
  await runReaches(page, 'finished');
  const [standard, balanced] = await Promise.all([
    mapValues(page, 'standard'),
    mapValues(page, 'balanced'),
  ]);
  const difference = await mapValues(page, 'balanced − standard');
  expect(Object.keys(standard)).toHaveLength(9);
  for (const [cell, value] of Object.entries(standard)) {
    expect([0, 0.5, 1]).toContain(value);
    expect(difference[cell]).toBeCloseTo(balanced[cell]! - value, 9);
  }
  await expect(page.getByTestId('statistics')).toContainText('2 groups');

  await page.locator('[data-map="standard"] button[data-cell="left"]').click();
  const items = page.getByTestId('items');
  await expect(items.getByTestId('item-count')).toHaveText('4 items');
  await expect(items.locator('.item-list button').first()).toContainText('there');
  await expect(items.locator('.item-list button').first().locator('.item-answer')).toHaveCount(1);
  const asked = await items.locator('.item-list .item-caption').nth(1).innerText();
  await expect(items.getByTestId('item-prompt')).toHaveText(
    `USER: <image>\nDetermine if there is a sub-image in the given image that matches the text following.\nText: ${asked}\nThe answer should only contain 'Yes' or 'No', without reasoning process.\n ASSISTANT:`,
    { useInnerText: true },
  );
  await expect(items.locator('.target-mark')).toHaveAttribute('data-cell', 'left');
  const pixels = await items.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return { width: canvas.width, coloured: data.some((value) => value !== 255) };
  });
  expect(pixels).toEqual({ width: 504, coloured: true });

  const rows = await items.locator('.item-list button').allInnerTexts();
  const wrong = rows.filter((row) => row.includes('✗')).length;
  await items.getByLabel('wrong only').check();
  await expect(items.getByTestId('item-count')).toHaveText(
    wrong === 1 ? '1 item' : `${wrong} items`,
  );
  await page.locator('[data-map="balanced − standard"] button[data-cell="top_left"]').click();
  await expect(items).toContainText('Items: top left');
  await expect(items.locator('.item-list button').first().locator('.item-answer')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('statistics')).toBeVisible();
});

test('a run can be paused, go on and be cancelled, and keeps its answers', async ({ page }) => {
  await openLive(page);
  await startRun(page, 20);
  const progress = page.getByTestId('run-progress');
  await expect(progress).toContainText('left');
  const deadButtons = await watchDeadButtons(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  // The picture in the works is finished; after that nothing more comes until the run goes on.
  await runReaches(page, 'paused');
  expect(await deadButtons()).toContain('Pausing …');
  await page.getByLabel('Balance strength').fill('0.35');
  await expect(page.locator('.answer[data-scheme="0.35"][data-margin]')).toHaveCount(1);
  const paused = await progress
    .locator('progress')
    .evaluate((bar: HTMLProgressElement) => bar.value);
  await page.getByLabel('Balance strength').fill('0.65');
  await expect(page.locator('.answer[data-scheme="0.65"][data-margin]')).toHaveCount(1);
  const valueOf = () =>
    progress.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value);
  expect(await valueOf()).toBe(paused);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(valueOf).toBeGreaterThan(paused);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await runReaches(page, 'cancelled');
  expect(await deadButtons()).toEqual(expect.arrayContaining(['Cancelling …', 'Cancel']));
  await expect(progress).toContainText(/cancelled; \d+ answers kept/);
  expect(Object.keys(await mapValues(page, 'standard')).length).toBeGreaterThan(0);

  const kept = await valueOf();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(valueOf).toBeGreaterThan(kept);
});

test('maps fill cell by cell', async ({ page }) => {
  await openLive(page);
  // How many cells of the run's first map were seen with a value, one after the other.
  await page.evaluate(() => {
    const counts: number[] = [];
    Object.assign(window, { counts });
    new MutationObserver(() => {
      if (document.querySelector('.source')?.textContent?.startsWith('Precomputed')) return;
      const map = document.querySelector('[data-map="standard"]')!;
      const count = map.querySelectorAll('button[data-value]').length;
      if (counts.at(-1) !== count) counts.push(count);
    }).observe(document.querySelector('.results')!, {
      subtree: true,
      childList: true,
      attributes: true,
    });
  });
  await startRun(page, 1);
  await runReaches(page, 'finished');
  await expect(page.locator('[data-map="standard"] button[data-value]')).toHaveCount(9);
  const counts = await page.evaluate(() => (window as unknown as { counts: number[] }).counts);
  expect(counts.filter((count) => count > 0 && count < 9).length).toBeGreaterThan(2);
});
