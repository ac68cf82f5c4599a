import { expect, test } from '@playwright/test';
import { answered, encodings, margins, openLive, targetCell } from './workbench-page.ts';

test('on WebGPU: an answer appears, dragging changes it, the slider encodes nothing', async ({
  page,
}) => {
  await openLive(page, '');
  await expect(page.getByTestId('model-status')).toContainText('WebGPU');
  await expect(page.getByLabel('Setup')).toContainText('GPU, with JSPI');
  const first = await margins(page);
  expect(first.standard).not.toBe(first.balanced);
  expect(await encodings(page)).toBe(1);

  await page.getByLabel('Balance strength').fill('0.5');
  await expect(page.locator('.answer')).toHaveCount(3);
  await answered(page);
  const between = await margins(page);
  expect(between).toMatchObject(first);
  expect([first.standard, first.balanced]).not.toContain(between['0.5']);
  expect(await encodings(page)).toBe(1);
  await expect(page.getByTestId('encoding')).toContainText('no (cached)');
  await page.getByRole('radio', { name: 'Standard' }).check({ force: true });

  const from = (await targetCell(page).boundingBox())!;
  const to = (await page.locator('.grid-cell[data-cell="bottom_right"]').boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2);
  await page.mouse.up();
  await expect(targetCell(page)).toHaveAttribute('data-cell', 'bottom_right');
  await answered(page);
  expect((await margins(page)).standard).not.toBeCloseTo(first.standard!, 4);
  expect(await encodings(page)).toBe(2);
});

test('the positions strip follows the slider', async ({ page }) => {
  await openLive(page);
  const strip = page.getByTestId('position-strip');
  await expect(strip).toContainText(/144 image\s*(\d+) \1 \1 … \1/);
  const first = Number(/144 image\s*(\d+)/.exec(await strip.innerText())![1]);
  await page.getByRole('radio', { name: 'Standard' }).check({ force: true });
  await expect(strip).toContainText(`${first} ${first + 1} ${first + 2} … ${first + 143}`);
  await page.getByLabel('Balance strength').fill('0.5');
  await expect(strip).toContainText(`${first} ${first + 0.5} ${first + 1} … ${first + 71.5}`);
});

test('another picture and another caption give another answer', async ({ page }) => {
  await openLive(page);
  const first = await margins(page);
  await page.getByLabel('Caption to ask for').fill('volcano');
  await answered(page);
  await expect(page.getByTestId('prompt')).toContainText('Text: volcano');
  const absent = await margins(page);
  expect(absent.standard).not.toBeCloseTo(first.standard!, 4);
  expect(await encodings(page)).toBe(1);

  await page.locator('.grid-cell[data-cell="top_left"]').click();
  await page.getByLabel('Search pictures by name').fill('volcano');
  await page.locator('.thumbnails button').first().click();
  await answered(page);
  expect(await encodings(page)).toBe(2);
  expect((await margins(page)).standard).not.toBeCloseTo(absent.standard!, 4);
});

test('the model names what it sees, and its raw output is shown', async ({ page }) => {
  await openLive(page);
  await page.getByRole('button', { name: 'Target’s cell' }).click();
  await expect(page.getByLabel('Question about the picture')).toHaveValue(
    'What is in the center cell?',
  );
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.locator('.naming-answer q')).toHaveCount(2);
  for (const answer of await page.locator('.naming-answer q').allInnerTexts()) {
    expect(answer).toMatch(/\p{L}{2,}/u);
  }
});

test('a dragged distractor changes places with another, and the target stays', async ({ page }) => {
  await openLive(page);
  const cell = (name: string) => page.locator(`.grid-cell[data-cell="${name}"]`);
  const [first, second] = await Promise.all(
    ['top_left', 'bottom_right'].map((name) => cell(name).getAttribute('title')),
  );
  const from = (await cell('top_left').boundingBox())!;
  const to = (await cell('bottom_right').boundingBox())!;
  await page.mouse.move(from.x + 40, from.y + 40);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + 20);
  await expect(page.locator('.ghost')).toBeVisible();
  await page.mouse.move(to.x + 40, to.y + 40);
  await page.mouse.up();
  await expect(cell('top_left')).toHaveAttribute('title', second!);
  await expect(cell('bottom_right')).toHaveAttribute('title', first!);
  await expect(targetCell(page)).toHaveAttribute('data-cell', 'center');
  await expect(page.locator('.ghost')).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
