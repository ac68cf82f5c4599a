import { existsSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { mapValues } from './workbench-page.ts';

test('before the model has loaded, the precomputed result is there', async ({ page }) => {
  test.skip(
    !existsSync('public/precomputed/emoji-probe/manifest.json'),
    'public/precomputed/emoji-probe has not been made yet: see the README for its command.',
  );
  await page.route(/model\.safetensors$/, () => undefined);
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('results-source')).toContainText('Precomputed · emoji-llava');
  await expect(page.getByTestId('model-status')).toContainText('Loading');
  // Maps are drawn a moment after the line that names their run.
  for (const map of ['standard', 'balanced'])
    await expect.poll(async () => Object.keys(await mapValues(page, map))).toHaveLength(9);
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toContainText(/standard: .+ balanced: .+ BaPA: /);
  await verdict.getByText('The verdict in full').click();
  await expect(verdict.getByRole('heading')).toHaveText(['Bias', 'What changed', 'How sure']);
  await page.locator('[data-map="standard"] button[data-cell="bottom_right"]').click();
  await expect(page.getByTestId('item')).toBeVisible();
});
