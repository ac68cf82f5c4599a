import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { decode, encode } from 'fast-png';
import {
  answered,
  encodings,
  openLive,
  runReaches,
  startRun,
  mapValues,
} from './workbench-page.ts';

/** A real drawing of the data set, cut out and coloured anew, so that it is nobody's but ours. */
async function ownDrawing(): Promise<Buffer> {
  const atlas = decode(await readFile('public/data/emoji-probe/atlas.png'));
  const data = new Uint8Array(168 * 168 * 3);
  for (let y = 0; y < 168; y++) {
    for (let x = 0; x < 168; x++) {
      const from = (y * atlas.width + x) * atlas.channels;
      const [red, green, blue] = [0, 1, 2].map((channel) => atlas.data[from + channel]!);
      data.set([blue!, red!, green!], (y * 168 + x) * 3);
    }
  }
  return Buffer.from(encode({ width: 168, height: 168, channels: 3, depth: 8, data }));
}

test('a dropped picture becomes the target and can be probed', async ({ page }) => {
  await openLive(page);
  const bytes = (await ownDrawing()).toString('base64');
  const files = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([content], 'sky_lift.png', { type: 'image/png' }));
    transfer.items.add(new File(['not a picture'], 'notes.png', { type: 'image/png' }));
    return transfer;
  }, bytes);
  await page.getByRole('region', { name: 'Bench' }).dispatchEvent('drop', { dataTransfer: files });
  await expect(page.locator('.notices')).toContainText(
    'The file "notes.png" could not be read as a picture.',
  );
  await expect(page.getByLabel('Caption of sky_lift.png')).toHaveValue('sky lift');
  const before = await encodings(page);
  await page.getByRole('button', { name: 'Use as target' }).click();
  await expect(page.getByLabel('Caption to ask for')).toHaveValue('sky lift');
  await answered(page);
  await expect.poll(() => encodings(page)).toBe(before + 1);

  await page.getByRole('combobox', { name: /^Pictures/ }).selectOption('own');
  await startRun(page, 1);
  await runReaches(page, 'finished');
  await expect(page.getByTestId('results-source')).toContainText('own pictures');
  expect(Object.keys(await mapValues(page, 'balanced'))).toHaveLength(9);
  await page.locator('[data-map="standard"] button[data-cell="top_left"]').click();
  await expect(page.getByTestId('item')).toContainText('sky lift (is there)');
});

test('a huge picture is refused with a sentence', async ({ page }) => {
  await openLive(page);
  const side = 7100;
  const data = new Uint8Array(side * side);
  const png = encode({ width: side, height: side, channels: 1, depth: 8, data });
  await page.locator('.file input').setInputFiles({
    name: 'huge.png',
    mimeType: 'image/png',
    buffer: Buffer.from(png),
  });
  await expect(page.locator('.notices')).toContainText(
    'The picture "huge.png" has 7100x7100 pixels',
  );
  await expect(page.getByTestId('model-status')).toContainText('Live');
});
