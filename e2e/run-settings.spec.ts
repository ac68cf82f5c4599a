import { expect, test } from '@playwright/test';
import { openLive } from './workbench-page.ts';

test('number fields let a person type, and say what they make of it', async ({ page }) => {
  await page.route(/model\.safetensors$/, () => undefined);
  await page.goto('?ep=wasm');
  const groups = page.getByLabel('Groups');
  const hint = page.locator('.field-hint');
  await groups.fill('');
  await groups.pressSequentially('2');
  await expect(groups).toHaveValue('2');
  await expect(page.locator('.run-size')).toContainText('2 groups × 9 cells');

  await groups.fill('99999');
  await expect(hint).toHaveText('1000 is the most');
  await groups.blur();
  await expect(groups).toHaveValue('1000');
  await expect(hint).toHaveText('1000 is the most');
  await groups.fill('3');
  await expect(hint).toHaveCount(0);

  const seed = page.getByLabel('Seed');
  await seed.fill('1.5');
  await expect(hint).toContainText('whole numbers only');
  await seed.blur();
  await expect(seed).toHaveValue('7');
});

test("the slider's strength can be added only where it is a third one", async ({ page }) => {
  await openLive(page);
  const check = page.getByRole('checkbox', { name: 'and the slider’s strength' });
  await expect(check).toBeDisabled();
  await page.getByLabel('Balance strength').fill('0.5');
  await check.check();
  await expect(page.locator('.run-size')).toContainText('3 schemes = 1,080 answers');
  await page.getByLabel('Balance strength').fill('1');
  await expect(check).not.toBeChecked();
  await expect(page.locator('.run-size')).toContainText('2 schemes = 720 answers');
});
