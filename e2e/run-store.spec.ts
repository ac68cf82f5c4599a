/** The browser's store of runs: the class itself, in a worker. */
import { expect, test } from '@playwright/test';
import { buildScenarios, scenario, serveScenarios } from './worker-scenarios.ts';

let script = '';

test.beforeAll(async () => {
  script = await buildScenarios('e2e/run-store-scenarios.ts');
});

test.beforeEach(({ page }) => serveScenarios(page, script));

test('a run is kept as it is made, read in its plan’s order, and removed whole', async ({
  page,
}) => {
  const keys = [0, 1, 2].map((at) => ['top_left', 'top_center', 'top_right'][at]);
  const [left, center, right] = keys.map((cell) => `0/${cell}/positive/standard`);
  expect(await scenario(page, 'keeps')).toMatchObject({
    run: { id: 'a', state: 'finished', records: 3 },
    made: [center, left, right],
    news: [left, right],
    same: true,
    request: { experiment: 'probe', request: { groups: 1 } },
  });
  expect(await scenario(page, 'removes')).toEqual({ list: [], request: undefined, records: [] });
});

test('a store of the first version is brought to this one with everything that was in it', async ({
  page,
}) => {
  const { length, ...found } = await scenario(page, 'migrates');
  expect(found).toMatchObject({
    old: { state: 'running', records: 2, bytes: length, resumable: true },
    bare: { state: 'finished', records: 0, share: 1, resumable: false },
    request: { experiment: 'probe', request: { dataset: 'embedded', groups: 1 } },
    none: undefined,
    records: ['0/top_left/positive/standard', '0/top_center/positive/standard'],
  });
  expect(found['old']).not.toHaveProperty('asked');
});

test('a store of a newer version is refused with a sentence and stays as it was', async ({
  page,
}) => {
  expect(await scenario(page, 'newer')).toEqual({
    refusal:
      'The runs that this browser keeps were written by a newer version of the workbench. They are left as they are, and runs of this page are not kept: reload to get the newer version.',
    kept: 'untouched',
    version: 3,
  });
});

test('a page of a newer version is given way', async ({ page }) => {
  expect(await scenario(page, 'gives way')).toEqual({
    closed: 1,
    error: expect.stringMatching(/^This browser keeps no runs for the page/),
  });
});

test('a store that the browser closes is opened anew, and the run is kept on', async ({ page }) => {
  expect(await scenario(page, 'reopens')).toMatchObject({
    events: ['run-kept'],
    during: 2,
    run: { state: 'finished', records: 3 },
    opened: 2,
  });
});

test('a full disk is a sentence; a batch is there whole or not at all', async ({
  page,
  baseURL,
}) => {
  const devtools = await page.context().newCDPSession(page);
  const origin = new URL(baseURL!).origin;
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 40 * 2 ** 20 });
  expect(await scenario(page, 'full')).toEqual({
    error: {
      full: true,
      message:
        'There is no room left in the storage that the browser gives this page. Remove runs or models that are not needed.',
    },
    rows: true,
    lines: true,
    small: 'written',
  });
});
