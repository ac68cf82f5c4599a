import { expect, test, type Page } from '@playwright/test';
import { openLive, runReaches, startRun } from './workbench-page.ts';

/** A red square of 2×2 pixels. */
const RED_DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

async function addPhoto(page: Page): Promise<void> {
  await page.locator('.file input').setInputFiles({
    name: 'my photo.png',
    mimeType: 'image/png',
    buffer: Buffer.from(RED_DOT, 'base64'),
  });
  await page.getByRole('combobox', { name: /^Pictures/ }).selectOption('own');
}

test('a picture without a caption stops a run before it starts, where the caption is', async ({
  page,
}) => {
  await openLive(page);
  await addPhoto(page);
  const caption = page.getByLabel('Caption of my photo.png');
  await caption.fill(' ');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const problem = page.getByTestId('own-pictures').getByRole('alert');
  await expect(problem).toHaveText(
    'The picture "my photo.png" has no caption. Write what it shows in a few words, then run.',
  );
  await expect(caption).toBeFocused();
  await expect(page.getByTestId('results-source')).toContainText('Precomputed');
  await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
  await caption.fill('red square');
  await expect(problem).toHaveCount(0);
});

test('a run that fails at once takes nothing from the page and names the picture', async ({
  page,
}) => {
  await openLive(page);
  await addPhoto(page);
  await page.getByLabel('Caption of my photo.png').fill('a <image> of red');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await runReaches(page, 'failed');
  await expect(page.locator('.run-failure')).toContainText(
    'The caption of "my photo.png" cannot be asked for.',
  );
  await expect(page.getByTestId('results-source')).toContainText('Precomputed');
  await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
});

test('the result before a run can be gone back to, and removed pictures stay in theirs', async ({
  page,
}) => {
  await openLive(page);
  await addPhoto(page);
  await page.getByLabel('Caption of my photo.png').fill('red square');
  await startRun(page, 1);
  await runReaches(page, 'finished');
  const source = page.getByTestId('results-source');
  await expect(source).toContainText('This run');
  await page.getByRole('button', { name: 'Show the precomputed result' }).click();
  await expect(source).toContainText('Precomputed');
  await page.getByRole('button', { name: 'Show the newest run' }).click();
  await expect(source).toContainText('This run');

  await page.getByRole('button', { name: 'Remove red square' }).click();
  await expect(page.getByRole('combobox', { name: /^Pictures/ })).toHaveValue('embedded');
  await page.locator('[data-map="standard"] button[data-cell="top_left"]').click();
  const red = () =>
    page
      .getByTestId('item')
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const pixel = canvas.getContext('2d')!.getImageData(width / 6, height / 6, 1, 1).data;
        return [...pixel.subarray(0, 3)];
      });
  await expect.poll(red).toEqual([255, 0, 0]);
});
