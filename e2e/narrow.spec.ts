import { expect, test } from '@playwright/test';
import { openLive } from './workbench-page.ts';

test.use({ viewport: { width: 390, height: 844 } });

test('390 pixels wide: three tabs, bench first, no sideways scrolling', async ({ page }) => {
  await openLive(page);
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  await expect(page.getByRole('region', { name: 'Bench' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Setup' })).toBeHidden();
  expect(await overflow()).toBe(0);
  for (const tab of ['Setup', 'Results']) {
    await page.getByRole('button', { name: tab, exact: true }).click();
    await expect(page.getByRole('region', { name: tab })).toBeVisible();
    expect(await overflow()).toBe(0);
  }
  await page.locator('[data-map="standard"] button').first().click();
  expect(await overflow()).toBe(0);
});

test('1280×800: one screen, nothing to scroll', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openLive(page);
  const [height, shown] = await page.evaluate(() => [
    document.documentElement.scrollHeight,
    innerHeight,
  ]);
  expect(height).toBe(shown);
});

for (const width of [900, 1024]) {
  test(`${width} pixels wide: three panels, no sideways scrolling`, async ({ page }) => {
    await page.setViewportSize({ width, height: 768 });
    await page.goto('?ep=wasm');
    await expect(page.locator('.grid-cell')).toHaveCount(9);
    for (const name of ['Setup', 'Bench', 'Results']) {
      const panel = page.getByRole('region', { name });
      await expect(panel).toBeVisible();
      expect(await panel.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    }
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways).toBe(0);
  });
}
