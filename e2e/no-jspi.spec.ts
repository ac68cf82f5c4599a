import { expect, test } from '@playwright/test';
import { margins, openLive } from './workbench-page.ts';

test('without JSPI the asyncify build gives the same margins as WASM', async ({ page }) => {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const body = `delete WebAssembly.Suspending;\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await openLive(page, '');
  await expect(page.getByLabel('Setup')).toContainText('GPU, without JSPI');
  const onGpu = await margins(page);
  await openLive(page, '?ep=wasm');
  const onCpu = await margins(page);
  for (const scheme of ['standard', 'balanced']) {
    expect(Math.abs(onGpu[scheme]! - onCpu[scheme]!)).toBeLessThan(1e-3);
  }
});
