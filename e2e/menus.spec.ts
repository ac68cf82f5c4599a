import { expect, test } from '@playwright/test';

test.beforeEach(async ({ page }) => {
  // Nothing here needs the model.
  await page.route(/model\.safetensors$/, () => undefined);
});

test('the Export menu closes on a click beside it', async ({ page }) => {
  await page.goto('?ep=wasm');
  const menu = page.locator('details.menu');
  await menu.locator('summary').click();
  await expect(menu.getByRole('button', { name: 'SVG' })).toBeVisible();
  await page.locator('.panel.setup').click({ position: { x: 20, y: 400 } });
  await expect(menu.getByRole('button', { name: 'SVG' })).toBeHidden();
});

test('the credits are a dialog in plain words', async ({ page }) => {
  await page.goto('?ep=wasm');
  await page.getByRole('button', { name: 'Credits' }).click();
  const credits = page.getByRole('dialog', { name: 'Credits' });
  await expect(credits.getByRole('cell', { name: 'Microsoft Corporation' })).toBeVisible();
  await expect(credits).toContainText('168×168');
  await expect(credits).not.toContainText('](');
  await page.keyboard.press('Escape');
  await expect(credits).toBeHidden();
});

test('the statistics are explained without a mouse', async ({ page }) => {
  await page.goto('?ep=wasm');
  await expect(page.getByRole('rowheader', { name: 'range (max − min)' })).toBeVisible();
  await page.getByText('What these mean').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('the best cell less the worst')).toBeVisible();
});

test('a search without a result says what to do, and all pictures can be shown', async ({
  page,
}) => {
  await page.goto('?ep=wasm');
  await page.locator('.grid-cell[data-cell="top_left"]').click();
  const picker = page.getByRole('dialog');
  await picker.getByRole('button', { name: 'Show all' }).click();
  await expect(picker.locator('.thumbnails button')).toHaveCount(312);
  await picker.getByLabel('Search pictures by name').fill('xyzzy');
  await expect(picker).toContainText('0 pictures. Try a shorter or another word');
});
