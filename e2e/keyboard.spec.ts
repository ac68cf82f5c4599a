import { expect, test } from '@playwright/test';
import { answered, openLive, runReaches, targetCell } from './workbench-page.ts';

test('everything works by keyboard, and is announced', async ({ page }) => {
  await openLive(page);
  const announced = page.locator('.app > [aria-live="polite"]');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await expect(targetCell(page)).toHaveAttribute('data-cell', 'top_left');
  await expect(announced).toHaveText('Target in the top left cell');
  await page.keyboard.press('b');
  await expect(announced).toHaveText('Standard positions');
  await expect(page.getByRole('radio', { name: 'Standard' })).toBeChecked();

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'What am I looking at?' });
  await expect(help).toContainText('2509.21984');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();

  await page.locator('.grid-cell[data-cell="right"]').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('anchor');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('.grid-cell[data-cell="right"]')).toHaveAttribute('title', 'anchor');
  await answered(page);

  await page.getByLabel('Groups').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('Space');
  await runReaches(page, 'finished');
  await expect(announced).toHaveText('The probe is finished');

  await page.locator('[data-map="standard"] button[data-cell="top_left"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('items')).toContainText('Items: center');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('items')).toHaveCount(0);
});
