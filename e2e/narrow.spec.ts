import { expect, test, type Locator } from '@playwright/test';
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

test('390 pixels wide: the scheme is switched beside its answers, buttons have names', async ({
  page,
}) => {
  await openLive(page);
  await page.getByRole('radio', { name: 'Standard' }).check({ force: true });
  await expect(page.locator('.answer[data-active]')).toHaveAttribute('data-scheme', 'standard');
  await expect(
    page.getByRole('button', { name: /^Switch to the (dark|light) theme$/ }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'What am I looking at?', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Groups')).toBeHidden();
  await page.getByRole('button', { name: '20 groups = 720 answers' }).click();
  await page.getByLabel('Groups').fill('1');
  await expect(page.locator('.run-size')).toContainText('1 group × 9 cells × there / absent');
});

test('390 pixels wide: the picture of an item is seen whole', async ({ page }) => {
  await openLive(page);
  await page.getByRole('button', { name: 'Results', exact: true }).click();
  await page.locator('[data-map="standard"] button').first().click();
  const picture = page.getByTestId('item').locator('canvas');
  await picture.scrollIntoViewIfNeeded();
  const [box, bar] = [(await picture.boundingBox())!, (await page.locator('.run').boundingBox())!];
  expect(box.y).toBeGreaterThan(0);
  expect(box.y + box.height).toBeLessThanOrEqual(bar.y);
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

for (const width of [390, 900, 1024, 1280]) {
  test(`${width} pixels wide: every number fits its cell, and hovering moves nothing`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.route(/model\.safetensors$/, () => undefined);
    await page.goto('?ep=wasm');
    await expect(page.getByTestId('results-source')).toContainText('Precomputed');
    if (width < 900) await page.getByRole('button', { name: 'Results', exact: true }).click();
    const cells = page.locator('.map-grid button');
    await expect(cells).toHaveCount(27);
    const tooWide = await cells.evaluateAll((buttons) =>
      buttons
        .filter((button) => {
          const text = document.createRange();
          text.selectNodeContents(button);
          return text.getBoundingClientRect().width > button.clientWidth - 4;
        })
        .map((button) => button.textContent),
    );
    expect(tooWide).toEqual([]);
    const before = await cells.nth(10).boundingBox();
    await cells.nth(10).hover();
    expect(await cells.nth(10).boundingBox()).toEqual(before);
  });
}

test('1280×800: own pictures are in sight, a third answer included', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openLive(page);
  const above = async (what: Locator) => {
    const [box, bar] = [(await what.boundingBox())!, (await page.locator('.run').boundingBox())!];
    return box.y + box.height <= bar.y;
  };
  const add = page.getByText('Add own pictures …').first();
  expect(await above(add)).toBe(true);
  const before = (await add.boundingBox())!.y;
  await page.getByLabel('Balance strength').fill('0.5');
  await expect(page.locator('.answer')).toHaveCount(3);
  expect(Math.abs((await add.boundingBox())!.y - before)).toBeLessThan(3);
  expect(await above(add)).toBe(true);
});
