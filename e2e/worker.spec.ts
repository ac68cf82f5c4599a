import { expect, test } from '@playwright/test';

test('a worker that cannot start is a sentence on the page', async ({ page }) => {
  await page.route(/\/assets\/worker-[^/]*\.js$/, (route) => route.fulfill({ status: 404 }));
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('load-failure')).toContainText('The worker that runs the model');
  await expect(page.locator('.grid-cell')).toHaveCount(9);
});
