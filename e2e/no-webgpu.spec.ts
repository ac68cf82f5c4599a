import { expect, test } from '@playwright/test';
import { openLive } from './workbench-page.ts';

test('without WebGPU the model runs on WASM, and a notice says so', async ({ page }) => {
  await openLive(page, '');
  await expect(page.getByTestId('model-status')).toContainText('WASM on the CPU');
  await expect(page.locator('.notices')).toContainText('WebGPU');
  await expect(page.locator('.notices')).toContainText('WASM');
});
