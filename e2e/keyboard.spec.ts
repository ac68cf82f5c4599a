import { expect, test } from '@playwright/test';
import { answered, openLive, runReaches, startRun, targetCell } from './workbench-page.ts';

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
  await expect(help.getByRole('heading', { name: 'What am I looking at?' })).toBeFocused();
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
  await expect(page.getByRole('heading', { name: 'Items: center' })).toBeFocused();
  await expect(announced).toHaveText('Items of the center cell, standard');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('items')).toHaveCount(0);
  await expect(page.locator('[data-map="standard"] button[data-cell="center"]')).toBeFocused();
});

test('inside the picture the arrows move the focus, and t brings the target', async ({ page }) => {
  await openLive(page);
  const cell = (name: string) => page.locator(`.grid-cell[data-cell="${name}"]`);
  await expect(page.locator('.grid-cell[tabindex="0"]')).toHaveCount(1);
  await cell('center').focus();
  await page.keyboard.press('ArrowRight');
  await expect(cell('right')).toBeFocused();
  await expect(targetCell(page)).toHaveAttribute('data-cell', 'center');
  await page.keyboard.press('t');
  await expect(targetCell(page)).toHaveAttribute('data-cell', 'right');
  await expect(cell('right')).toBeFocused();
});

test('after Cancel the focus is on Run', async ({ page }) => {
  await openLive(page);
  await startRun(page, 20);
  await expect(page.getByTestId('run-progress')).toContainText('left');
  await page.getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await runReaches(page, 'cancelled');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeFocused();
});
