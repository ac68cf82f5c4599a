/** The list of kept runs, and runs that go on in another tab or at another time. */
import { readFile } from 'node:fs/promises';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { packRun, unpackRun } from '../src/results/run-archive.ts';
import { openLive, runReaches, startRun } from './workbench-page.ts';

/** A red square of 2×2 pixels. */
const RED_DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

/** Made by the command line. */
const PRECOMPUTED = 'public/study/probe.bapa.zip';

async function openRuns(page: Page) {
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  return page.getByTestId('kept-run');
}

const shareOf = (page: Page) =>
  page
    .getByTestId('run-progress')
    .locator('progress')
    .evaluate((bar: HTMLProgressElement) => bar.value);

/** Files of a run that is exported from its row in the list. */
async function exportFirst(page: Page): Promise<Map<string, string>> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByTestId('kept-run')
      .first()
      .getByRole('button', { name: /^Export/ })
      .click(),
  ]);
  expect(download.suggestedFilename()).toBe('probe-emoji-llava.bapa.zip');
  return unpackRun(new Uint8Array(await readFile(await download.path())));
}

async function openAnother(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await openLive(page);
  return page;
}

test('a second tab watches a run, says so, and goes on with it when the first is closed', async ({
  page,
  context,
}) => {
  await openLive(page);
  await startRun(page, 4);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  const other = await openAnother(context);
  const unfinished = other.getByTestId('unfinished-run');
  await expect(unfinished).toContainText('Probe of emoji-llava goes on in another tab');
  await unfinished.getByRole('button', { name: 'Watch' }).click();
  await expect(other.getByTestId('run-progress')).toContainText('this one watches');
  await expect(other.getByTestId('results-source')).toContainText('Kept run');
  const before = await shareOf(other);
  await expect.poll(() => shareOf(other)).toBeGreaterThan(before);

  await page.close();
  await runReaches(other, 'running');
  await runReaches(other, 'finished');
  const run = await openRuns(other);
  await expect(run).toHaveCount(1);
  await expect(run).toContainText('finished');
  await expect(run).toContainText('144 records');
});

test('a run goes as one file to another place and back, byte for byte', async ({ page }) => {
  await openLive(page);
  await startRun(page, 2);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await runReaches(page, 'cancelled');
  const run = await openRuns(page);
  await expect(run).toContainText('stopped at');
  const files = await exportFirst(page);
  expect([...files.keys()]).toEqual([
    'manifest.json',
    'records-standard.jsonl',
    'records-balanced.jsonl',
  ]);

  await page.getByRole('button', { name: 'Remove Probe of emoji-llava' }).click();
  await page.getByRole('button', { name: 'Really remove Probe of emoji-llava' }).click();
  await expect(run).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeFocused();

  // A folder of the command line, packed as a person packs one.
  const made = unpackRun(new Uint8Array(await readFile(PRECOMPUTED)));
  const folder = [...made].map(([name, text]) => [`out/probe/${name}`, strToU8(text)]);
  const buffer = Buffer.from(zipSync(Object.fromEntries(folder)));
  const input = page.locator('.runs-dialog input[type=file]');
  const zip = { name: 'probe.zip', mimeType: 'application/zip', buffer };
  const none = { ...zip, name: 'no.zip', buffer: Buffer.from('no ZIP') };
  await input.setInputFiles([zip, none]);
  await expect(page.locator('.runs-dialog [role=alert]')).toContainText(
    'no.zip should be a run packed as ZIP, but cannot be unpacked',
  );
  await expect(run).toContainText('finished');
  for (const [name, text] of await exportFirst(page)) expect(text).toBe(made.get(name));
  await input.setInputFiles(zip);
  await expect(page.locator('.runs-dialog [role=alert]')).toContainText('is kept already');

  await page.getByRole('button', { name: 'Open Probe of emoji-llava' }).click();
  await expect(page.getByTestId('results-source')).toContainText('Kept run');
  await expect(page.getByTestId('statistics')).toContainText('mean over cells');

  // The run that was stopped goes on from its file, with the very records that it has.
  await openRuns(page);
  await input.setInputFiles({ ...zip, name: 'half.zip', buffer: Buffer.from(packRun(files)) });
  await expect(run.first()).toContainText('stopped at');
  await run.first().getByRole('button', { name: 'Go on' }).click();
  await runReaches(page, 'finished');
  await openRuns(page);
  await expect(run.first()).toContainText('72 records');
  for (const [name, text] of await exportFirst(page))
    if (name !== 'manifest.json') expect(text.startsWith(files.get(name)!)).toBe(true);
});

test('a result that cannot be drawn says so in its own tab, and the other tabs work', async ({
  page,
}) => {
  const files = unpackRun(new Uint8Array(await readFile('public/study/flow.bapa.zip')));
  const name = [...files.keys()].find((file) => file.endsWith('.jsonl'))!;
  const [first, ...rest] = files.get(name)!.split('\n');
  const record = JSON.parse(first!) as { layout: { views: { rows: number; columns: number }[] } };
  const { rows, columns } = record.layout.views[0]!;
  Object.assign(record.layout.views[0]!, { rows: rows / 2, columns: columns * 2 });
  const text = [JSON.stringify(record), ...rest].join('\n');
  const buffer = Buffer.from(packRun(new Map([...files, [name, text]])));
  await openLive(page);
  const run = await openRuns(page);
  const zip = { name: 'mixed.zip', mimeType: 'application/zip', buffer };
  await page.locator('.runs-dialog input[type=file]').setInputFiles(zip);
  await run.getByRole('button', { name: 'Open' }).click();
  const failure = page.locator('#result [role=alert]');
  await expect(failure).toContainText('This result cannot be drawn: ');
  await page.getByRole('tab', { name: 'Probe' }).click();
  await expect(failure).toHaveCount(0);
  await expect(page.getByTestId('statistics')).toContainText('mean over cells');
  await page.getByRole('tab', { name: 'Flow' }).click();
  await expect(failure).toHaveCount(1);
});

test('a run that another tab has taken over is in that tab, and can be watched', async ({
  page,
  context,
}) => {
  await openLive(page);
  await startRun(page, 8);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  const mine = await openRuns(page);
  await expect(mine).toContainText('runs in this tab');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await runReaches(page, 'cancelled');
  const other = await openAnother(context);
  await (await openRuns(other)).getByRole('button', { name: 'Go on' }).click();
  await runReaches(other, 'running');
  await openRuns(page);
  await expect(mine).toContainText('runs in another tab');
  await mine.getByRole('button', { name: 'Watch' }).click();
  await expect(page.getByTestId('run-progress')).toContainText('this one watches');
});

test('a cancelled diagnosis goes on from the list, in a page that was opened later', async ({
  page,
  context,
}) => {
  await openLive(page);
  await page.getByRole('tab', { name: 'Similarity' }).click();
  await page.getByRole('combobox', { name: 'Of what' }).selectOption('embedded');
  await page.getByRole('button', { name: 'Run similarity' }).click();
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.locator('.run[data-kind]')).toHaveCount(0);
  await page.close();

  const later = await openAnother(context);
  await expect(later.getByTestId('unfinished-run')).toHaveCount(0);
  const run = await openRuns(later);
  await expect(run).toContainText(/Similarity of emoji-llava stopped at \d+ %/);
  await run.getByRole('button', { name: 'Go on' }).click();
  await expect(later.locator('.run[data-kind=similarity]')).toHaveCount(1);
  await expect(later.locator('.run[data-kind]')).toHaveCount(0);
  await openRuns(later);
  await expect(run).toContainText('finished');
  await expect(run).toContainText('180 records');
});

test('a run of own pictures goes on with them after its tab was closed', async ({
  page,
  context,
}) => {
  await openLive(page);
  const buffer = Buffer.from(RED_DOT, 'base64');
  const photo = { name: 'my photo.png', mimeType: 'image/png', buffer };
  await page.locator('.file input').setInputFiles(photo);
  await page.getByRole('combobox', { name: /^Pictures/ }).selectOption('own');
  await startRun(page, 2);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  await page.close();

  const later = await openAnother(context);
  const unfinished = later.getByTestId('unfinished-run');
  await unfinished.getByRole('button', { name: 'Go on' }).click();
  await expect(later.locator('.run-buttons button').first()).toBeFocused();
  await expect(later.getByLabel('Groups')).toHaveValue('2');
  await runReaches(later, 'finished');
  await later.locator('[data-map="standard"] button[data-cell="top_left"]').click();
  const pixelOf = (shown: Page) => () =>
    shown
      .getByTestId('item')
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d')!.getImageData(width / 6, height / 6, 1, 1);
        return [...data.subarray(0, 3)];
      });
  await expect.poll(pixelOf(later)).toEqual([255, 0, 0]);
  await later.close();

  const last = await openAnother(context);
  await (await openRuns(last)).getByRole('button', { name: 'Open' }).click();
  await last.locator('[data-map="standard"] button[data-cell="top_left"]').click();
  await expect.poll(pixelOf(last)).toEqual([255, 0, 0]);
});

test('a store of a newer version is left alone, and a run works without it', async ({ page }) => {
  await page.goto('models/emoji-llava/config.json');
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('bapa-runs', 99);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );
  await openLive(page);
  await startRun(page, 1);
  await expect(page.locator('.notices')).toContainText('written by a newer version');
  await runReaches(page, 'finished');
  await expect(page.getByTestId('results-source')).toContainText('This run ·');
  await openRuns(page);
  await expect(page.locator('.runs-dialog')).toContainText('They are left as they are');
});

/** Bytes: for some of the run's 288 records. */
const ROOM = 150_000;

test('a full disk is said, loses nothing, and what could not be kept is kept once there is room', async ({
  page,
  baseURL,
}) => {
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(baseURL!);
  const setQuota = (quotaSize?: number) =>
    devtools.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize && { quotaSize }) });
  // Before the page: Chromium asks only every half minute how much room there is while some is left.
  await setQuota(ROOM);
  await openLive(page);
  await startRun(page, 8);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(0);
  await expect(page.locator('.notices')).toContainText(
    'There is no room left in the storage that the browser gives this page. Remove runs or models that are not needed. The run goes on; its answers since then are in this tab alone',
  );
  const full = await shareOf(page);
  await expect.poll(() => shareOf(page)).toBeGreaterThan(full);
  const run = await openRuns(page);
  await expect(run).toHaveAttribute('data-state', 'running');
  await page.keyboard.press('Escape');
  await setQuota();
  await runReaches(page, 'finished');
  await openRuns(page);
  await expect(run).toHaveAttribute('data-state', 'finished');
  await expect(run).toContainText('288 records');
  const files = await exportFirst(page);
  expect(files.get('records-standard.jsonl')!.trim().split('\n')).toHaveLength(144);
});
