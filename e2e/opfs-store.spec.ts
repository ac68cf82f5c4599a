/** The browser's own file system as a place for converted models: the class itself, in a worker. */
import { expect, test } from '@playwright/test';
import { buildScenarios, scenario, serveScenarios } from './worker-scenarios.ts';

let script = '';

test.beforeAll(async () => {
  script = await buildScenarios('e2e/opfs-scenarios.ts');
});

test.beforeEach(({ page }) => serveScenarios(page, script));

test('an entry is whole once written, read by ranges, found by another worker, and removed', async ({
  page,
}) => {
  const written = await scenario(page, 'writes');
  expect(written).toMatchObject({ state: 'whole', blob: 5000, size: 5000, list: ['one'] });
  expect(written['range']).toEqual(written['expected']);
  expect(written['missing']).toBeUndefined();
  expect(written['free']).toBeGreaterThan(0);
  expect(await scenario(page, 'finds')).toEqual({ state: 'whole', list: ['one'] });
  expect(await scenario(page, 'removes')).toEqual({ state: 'missing', list: [] });
});

test('an entry that was damaged is broken, and whole again once rebuilt', async ({ page }) => {
  expect(await scenario(page, 'cut off')).toMatchObject({
    kind: 'broken',
    problem: expect.stringContaining('should have 5000 bytes, but it has 4999'),
  });
  expect(await scenario(page, 'flipped')).toMatchObject({
    sizes: 'whole',
    hashes: { kind: 'broken', problem: expect.stringContaining('is not what was written') },
    again: 'whole',
  });
  expect(await scenario(page, 'no manifest')).toMatchObject({ kind: 'broken', unfinished: true });
});

test('a full disk is a sentence, and leaves no half entry', async ({ page, baseURL }) => {
  const devtools = await page.context().newCDPSession(page);
  const origin = new URL(baseURL!).origin;
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20 * 2 ** 20 });
  const { error, state, list } = await scenario(page, 'full');
  expect(error).toEqual({
    name: 'StoreFullError',
    message:
      "There is no room for much.data in this browser's storage: free some space, or choose another place; what was written of the model is removed.",
  });
  expect({ state, list }).toEqual({ state: 'missing', list: [] });
});
