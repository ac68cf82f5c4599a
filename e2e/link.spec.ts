/** A link restores settings, and asks before it downloads anything. */
import { expect, test } from '@playwright/test';
import { openLive, targetCell } from './workbench-page.ts';

test('a copied link opens the page as it was', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLive(page);
  await page.getByLabel('Groups').fill('12');
  await page.getByLabel('Seed', { exact: true }).fill('3');
  await page.getByRole('button', { name: 'Other pictures' }).click();
  await page.locator('.grid-cell').nth(2).focus();
  await page.keyboard.press('b');
  await page.getByRole('tab', { name: 'Similarity' }).click();
  const caption = await page.getByLabel('Caption to ask for').inputValue();
  await page.getByRole('button', { name: 'Copy a link to these settings' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('ep=wasm');

  await openLive(page, link);
  await expect(page.getByLabel('Groups')).toHaveValue('12');
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('3');
  await expect(page.getByLabel('Caption to ask for')).toHaveValue(caption);
  await expect(page.getByRole('radio', { name: 'Standard' })).toBeChecked();
  await expect(page.getByRole('tab', { name: 'Similarity' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(targetCell(page)).toHaveCount(1);
});

test('a link of a model that is not kept says so and downloads nothing', async ({ page }) => {
  await openLive(page, '?ep=wasm&model=Qwen/Qwen2-VL-2B-Instruct');
  await expect(
    page
      .getByRole('status')
      .or(page.getByRole('alert'))
      .filter({ hasText: 'The link is of the model Qwen/Qwen2-VL-2B-Instruct' }),
  ).toBeVisible();
  await expect(page.getByTestId('model-status')).toContainText('emoji-llava');
});
