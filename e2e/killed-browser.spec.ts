/** A browser that is killed in the middle of a run, again and again: the run comes out as if it never was. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { seededRandom } from '../src/data/seeded-random.ts';
import { unpackRun } from '../src/results/run-archive.ts';
import { readRun, type StoredRun } from '../src/results/run-layout.ts';
import { openKillable, type KillableBrowser } from './killed-page.ts';
import { runReaches, startRun } from './workbench-page.ts';

const LONG = process.env['BAPA_LONG'] === '1';
const KILLS = LONG ? 20 : 2;
const GROUPS = LONG ? 20 : 1;

/** Milliseconds from Go on to the kill at most: some fall before the first answer, some after many. */
const LONGEST_LIFE = LONG ? 4000 : 1500;

/** What of a run does not depend on how fast it was, or when. */
function timeless({ manifest, records }: StoredRun) {
  return {
    manifest: { ...manifest, startedAt: '' },
    records: records.map((record) => ({ ...record, milliseconds: 0 })),
  };
}

/** The file of the only kept run, from the list of runs. */
async function exportRun(page: Page, folder: string): Promise<StoredRun> {
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  const run = page.getByTestId('kept-run');
  await expect(run).toHaveAttribute('data-state', 'finished');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    run.getByRole('button', { name: /^Export/ }).click(),
  ]);
  const path = join(folder, 'run.zip');
  await download.saveAs(path);
  return readRun(unpackRun(new Uint8Array(await readFile(path))));
}

async function doneOf(page: Page): Promise<number> {
  const bar = page.getByTestId('run-progress').locator('progress');
  return bar.evaluate((progress: HTMLProgressElement) => progress.value);
}

test(`a run whose browser is killed ${KILLS} times equals one that was left alone`, async ({
  baseURL,
  page: whole,
}) => {
  test.setTimeout(LONG ? 1_800_000 : 600_000);
  const folder = await mkdtemp(join(tmpdir(), 'bapa-killed-'));
  const url = `${baseURL}?ep=wasm`;
  const random = seededRandom('kill', 5);
  let browser: KillableBrowser | undefined;
  const open = async () => {
    browser = await openKillable(join(folder, 'profile'), url);
    await expect(browser.page.getByTestId('model-status')).toContainText('Live');
    return browser.page;
  };
  try {
    let page = await open();
    await startRun(page, GROUPS);
    await expect.poll(() => doneOf(page)).toBeGreaterThan(0);
    const shares: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await page.waitForTimeout(random.integer(LONGEST_LIFE));
      shares.push(await doneOf(page));
      await browser!.kill();
      page = await open();
      const unfinished = page.getByTestId('unfinished-run');
      await expect(unfinished).toContainText('Probe of emoji-llava was cut off at');
      await unfinished.getByRole('button', { name: 'Go on' }).click();
    }
    console.log(`killed at ${shares.map((share) => `${Math.round(share * 100)} %`).join(', ')}`);
    await runReaches(page, 'finished', 600_000);
    const killed = await exportRun(page, folder);

    await whole.goto(url);
    await expect(whole.getByTestId('model-status')).toContainText('Live');
    await startRun(whole, GROUPS);
    await runReaches(whole, 'finished', 600_000);
    const uninterrupted = await exportRun(whole, folder);
    expect(uninterrupted.records).toHaveLength(GROUPS * 36);
    expect(timeless(killed)).toEqual(timeless(uninterrupted));
  } finally {
    await browser?.kill().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});
