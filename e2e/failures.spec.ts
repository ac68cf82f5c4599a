import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { packRun, unpackRun } from '../src/results/run-archive.ts';
import { answered, openLive } from './workbench-page.ts';

test('a missing model file fails with a sentence, and a retry loads it', async ({ page }) => {
  const weights = /model\.safetensors$/;
  await page.route(weights, (route) => route.fulfill({ status: 404 }));
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('load-failure')).toContainText(
    /http:\S+model\.safetensors was answered with status 404/,
  );
  await page.unroute(weights);
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByTestId('model-status')).toContainText('Live');
  await answered(page);
});

test('truncated weights fail with a sentence and keep the bench', async ({ page }) => {
  await page.route(/model\.safetensors$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.body()).subarray(0, 100_000);
    await route.fulfill({ body, contentType: 'application/octet-stream' });
  });
  await page.goto('?ep=wasm');
  await expect(page.getByTestId('load-failure')).toContainText('the file has only 100000 bytes');
  await expect(page.locator('.grid-cell')).toHaveCount(9);
});

test('loading can be cancelled and taken up again', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/model\.safetensors$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('?ep=wasm');
  await page.getByTestId('load-progress').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('load-failure')).toContainText('Loading was cancelled');
  release();
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByTestId('model-status')).toContainText('Live');
});

test('the page asks nobody but its own server', async ({ page, baseURL }) => {
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(baseURL!) && !/^(blob|data):/.test(url)) elsewhere.push(url);
  });
  await openLive(page);
  expect(elsewhere).toEqual([]);
});

test('a bad line of the precomputed result is named, and the page works without it', async ({
  page,
}) => {
  const files = unpackRun(readFileSync('public/study/probe.bapa.zip'));
  files.set('records-standard.jsonl', '{"key": 1}\n');
  const body = Buffer.from(packRun(files));
  await page.route(/probe\.bapa\.zip$/, (route) => route.fulfill({ body }));
  await openLive(page);
  await expect(page.locator('.notices')).toContainText(
    'The precomputed result is not shown. Line 1 of records-standard.jsonl',
  );
  await expect(page.getByTestId('results-source')).toContainText('No result yet');
  await page.getByRole('tab', { name: 'Similarity' }).click();
  await expect(page.getByTestId('similarity-source')).toContainText('Precomputed');
});

test('notices share one bar, and go all at once', async ({ page }) => {
  await openLive(page);
  const files = [1, 2, 3, 4].map((number) => ({
    name: `notes ${number}.png`,
    mimeType: 'image/png',
    buffer: Buffer.from('not a picture'),
  }));
  await page.locator('.file input').setInputFiles(files);
  await expect(page.locator('.notices li')).toHaveCount(4);
  expect((await page.locator('.notices').boundingBox())!.height).toBeLessThan(90);
  await page.getByRole('button', { name: 'Dismiss all 4' }).click();
  await expect(page.locator('.notices li')).toHaveCount(0);
});
