import { expect, test } from '@playwright/test';
import { mapValues } from './workbench-page.ts';

test('before the model has loaded, the whole precomputed study is there', async ({ page }) => {
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

  await page.getByRole('tab', { name: 'Perception' }).click();
  await expect(page.getByTestId('perception-source')).toContainText('Precomputed · emoji-llava');
  for (const maps of ['share-maps', 'mean-maps'])
    await expect(page.getByTestId(maps)).toBeVisible();
  await page.getByRole('tab', { name: 'Similarity' }).click();
  await expect(page.getByTestId('similarity-source')).toContainText('Precomputed · emoji-llava');
  for (const map of ['max, all tokens', 'max, target’s cell'])
    await expect.poll(async () => Object.keys(await mapValues(page, map))).toHaveLength(9);

  await page.getByRole('tab', { name: 'Flow' }).click();
  await expect(page.getByTestId('flow-source')).toContainText('Precomputed · emoji-llava');
  for (const shown of ['flow-maps', 'flow-shares'])
    await expect(page.getByTestId(shown)).toBeVisible();
  await expect(page.getByTestId('model-status')).toContainText('Loading');

  await page.getByRole('tab', { name: 'Probe' }).click();
  await page.getByRole('link', { name: 'The report of the whole study' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Spatial bias of emoji-llava/);
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(4);
});
