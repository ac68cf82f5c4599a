import { expect, test } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import Papa from 'papaparse';
import { readRun } from '../src/results/run-layout.ts';
import { exported, mapValues, openLive, runReaches, startRun } from './workbench-page.ts';

interface Row {
  cell: string;
  polarity: string;
  scheme: string;
  answer: string;
  prediction: string;
}

test('figures and data are exported and say the same', async ({ page }) => {
  await openLive(page);
  await startRun(page, 1);
  await runReaches(page, 'finished');

  const csv = Papa.parse<Row>((await exported(page, 'CSV')).toString('utf8'), {
    header: true,
    skipEmptyLines: true,
  });
  expect(csv.errors).toEqual([]);
  expect(csv.data).toHaveLength(36);

  const svg = (await exported(page, 'SVG')).toString('utf8');
  const drawn = await page.evaluate((text) => {
    const figure = new DOMParser().parseFromString(text, 'image/svg+xml');
    if (figure.querySelector('parsererror') !== null) return undefined;
    return [...figure.querySelectorAll('[data-map]')].map((map) => ({
      title: map.getAttribute('data-map')!,
      values: Object.fromEntries(
        [...map.querySelectorAll('[data-cell]')].map((cell) => [
          cell.getAttribute('data-cell')!,
          // Number(null) would read a missing value as zero.
          Number(cell.getAttribute('data-value') ?? NaN),
        ]),
      ),
    }));
  }, svg);
  expect(drawn?.map(({ title }) => title)).toEqual(['standard', 'balanced', 'balanced − standard']);
  for (const scheme of ['standard', 'balanced']) {
    const fromCsv = Object.fromEntries(
      csv.data
        .filter((row) => row.scheme === scheme && row.polarity === 'positive')
        .map((row) => [row.cell, Number(row.prediction === row.answer)]),
    );
    expect(drawn!.find(({ title }) => title === scheme)!.values).toEqual(fromCsv);
    expect(await mapValues(page, scheme)).toEqual(fromCsv);
  }

  expect(svg).toContain('emoji-llava · emoji-probe · 1 group · seed 7');
  expect(svg).toContain('accuracy on positive items [95 % interval]');

  const png = await exported(page, 'PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const width = Number(/<svg[^>]* width="(\d+)"/.exec(svg)![1]);
  expect(png.readUInt32BE(16)).toBe(width * 2);

  const lines = (await exported(page, 'standard')).toString('utf8').trim().split('\n');
  expect(lines).toHaveLength(9);
  const negatives = (await exported(page, 'standard, negatives')).toString('utf8').trim();
  expect(negatives.split('\n').map((line) => JSON.parse(line).answer)).toEqual(
    Array.from({ length: 9 }, () => 'No'),
  );
  expect(Object.keys(JSON.parse(lines[0]!)).sort()).toEqual(
    ['answer', 'caption', 'id', 'image', 'position', 'prediction', 'qs'].sort(),
  );
  const records = (await exported(page, 'Records')).toString('utf8').trim().split('\n');
  expect(records.map((line) => JSON.parse(line).key)).toHaveLength(36);
  const { manifest } = JSON.parse((await exported(page, 'Summary')).toString('utf8'));
  expect(manifest).toMatchObject({ groups: 1, seed: 7, runtime: { provider: 'wasm' } });
});

test('a report of what the page shows is one page, and a ZIP whose run opens again', async ({
  page,
  context,
}) => {
  await openLive(page);
  await startRun(page, 1);
  await runReaches(page, 'finished');
  const html = (await exported(page, 'Report page')).toString('utf8');
  const report = await context.newPage();
  const complaints: string[] = [];
  report.on('console', (message) => complaints.push(message.text()));
  report.on('request', (request) => complaints.push(request.url()));
  await report.setContent(html);
  await expect(report.getByRole('heading', { level: 1 })).toHaveText(
    'Spatial bias of emoji-llava on emoji-probe',
  );
  const probe = report.getByRole('region', { name: /^Spatial probe/ });
  await expect(probe.locator('figure svg text', { hasText: 'standard positions' })).toBeVisible();
  await expect(probe.getByText('bapa -- probe --model emoji-llava')).toContainText('--groups 1');
  const lines = probe.getByRole('table', { name: /^Each cell by itself/ }).getByRole('row');
  await expect(lines).toHaveCount(1 + 18);
  expect(complaints).toEqual([]);

  const files = unzipSync(await exported(page, 'Report ZIP'));
  expect(strFromU8(files['report.html']!)).toBe(html);
  const own = Object.entries(files).filter(([path]) => path.startsWith('probe/'));
  const run = readRun(new Map(own.map(([path, data]) => [path.slice(6), strFromU8(data)])));
  expect(run.manifest.runtime.provider).toBe('wasm');
  expect(run.records).toHaveLength(36);
});

test('markup in a caption stays text on the page and in the data', async ({ page }) => {
  const caption = '<img src=x onerror="document.title=1"> & "quotes"';
  await openLive(page);
  await page.getByLabel('Caption to ask for').fill(caption);
  await expect(page.getByTestId('prompt')).toContainText(`Text: ${caption}`);
  await page.locator('.file input').setInputFiles({
    name: 'red.png',
    mimeType: 'image/png',
    buffer: Buffer.from(RED_DOT, 'base64'),
  });
  await page.getByLabel('Caption of red.png').fill(caption);
  await page.getByRole('combobox', { name: /^Pictures/ }).selectOption('own');
  await startRun(page, 1);
  await runReaches(page, 'finished');
  const csv = Papa.parse<{ caption: string }>((await exported(page, 'CSV')).toString('utf8'), {
    header: true,
    skipEmptyLines: true,
  });
  expect(csv.data[0]!.caption).toBe(caption);
  await page.locator('[data-map="standard"] button').first().click();
  await expect(page.getByTestId('item')).toContainText(caption);
  expect(await page.locator('img').count()).toBe(0);
  await expect(page).toHaveTitle('BaPA Workbench');
});

/** A red square of 2×2 pixels. */
const RED_DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';
