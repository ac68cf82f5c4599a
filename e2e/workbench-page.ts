/** The page as a person sees it: what specs read and press. */
import { readFile } from 'node:fs/promises';
import { expect, type Download, type Page } from '@playwright/test';

/** Opens the page and waits until the first picture is answered. */
export async function openLive(page: Page, query = '?ep=wasm'): Promise<void> {
  await page.goto(query);
  await expect(page.getByTestId('model-status')).toContainText('Live');
  await answered(page);
}

/** Waits until the answers belong to the picture and caption on the bench. */
export async function answered(page: Page): Promise<void> {
  await expect(page.getByTestId('answers')).not.toHaveAttribute('data-stale');
  await expect(page.locator('.answer:not([data-margin])')).toHaveCount(0);
}

/** Margins by scheme label, as computed. */
export function margins(page: Page): Promise<Record<string, number>> {
  return page
    .locator('.answer')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [
          row.getAttribute('data-scheme'),
          Number(row.getAttribute('data-margin')),
        ]),
      ),
    );
}

/** Pictures that went through the vision encoder so far. */
export async function encodings(page: Page): Promise<number> {
  const words = await page.getByTestId('encoding').innerText();
  return Number(/(\d+) encoded so far/.exec(words)?.[1]);
}

export function targetCell(page: Page) {
  return page.locator('.grid-cell[data-target]');
}

/** Sets the run's size and starts it. */
export async function startRun(page: Page, groups: number): Promise<void> {
  await page.getByLabel('Groups').fill(String(groups));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

export async function runReaches(page: Page, phase: string, timeout = 120_000): Promise<void> {
  await expect(page.getByTestId('run-progress')).toHaveAttribute('data-phase', phase, { timeout });
}

/**
 * Notes every label that a dead button of the run shows from now on, however briefly: a picture may
 * be finished, and the button alive again, before a look at the page can be taken.
 */
export async function watchDeadButtons(page: Page): Promise<() => Promise<string[]>> {
  const seen = await page.locator('.run-buttons').evaluateHandle((buttons) => {
    const labels: string[] = [];
    new MutationObserver(() => {
      for (const button of buttons.querySelectorAll('button:disabled'))
        labels.push(button.textContent.trim());
    }).observe(buttons, { subtree: true, childList: true, characterData: true, attributes: true });
    return labels;
  });
  return () => seen.jsonValue();
}

/** Values of one map on the page by cell; cells without data are left out. */
export function mapValues(page: Page, title: string): Promise<Record<string, number>> {
  return page
    .locator(`[data-map="${title}"] [data-value]`)
    .evaluateAll((cells) =>
      Object.fromEntries(
        cells.map((cell) => [
          cell.getAttribute('data-cell'),
          Number(cell.getAttribute('data-value')),
        ]),
      ),
    );
}

/** Presses a button of the Export menu and returns the file. */
export async function exported(page: Page, button: string): Promise<Buffer> {
  const menu = page.locator('details.menu');
  if ((await menu.getAttribute('open')) === null) await menu.locator('summary').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    menu.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return contentOf(download);
}

async function contentOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

/** Pixels by which the page, or its results, reach beyond a narrow screen. */
export async function sidewaysWhenNarrow(page: Page): Promise<number> {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Results', exact: true }).click();
  const overflow = await page.evaluate(() =>
    [document.documentElement, document.querySelector('.panel.results')!].map(
      (box) => box.scrollWidth - box.clientWidth,
    ),
  );
  return Math.max(...overflow);
}
