/** What a visitor has of the page without a network, after having seen it once. */
import { expect, test, type Page } from '@playwright/test';
import { preview } from 'vite';
import { openLive } from './workbench-page.ts';

/** The specs' own server goes on; this one is one that can go away. */
const PORT = Number(process.env['BAPA_TEST_PORT'] ?? 4319) + 3;

test.use({ serviceWorkers: 'allow' });

test('the page works without its server after the first visit', async ({ page }) => {
  const server = await preview({
    logLevel: 'error',
    preview: { port: PORT, strictPort: true, open: false },
  });
  try {
    await openLive(page, `http://localhost:${PORT}/?ep=wasm`);
    await expect.poll(() => keptWasm(page)).toBe(true);
  } finally {
    await server.close();
  }
  await expect(page.request.get(`http://localhost:${PORT}/`)).rejects.toThrow('ECONNREFUSED');
  // Another address than the first time: what it asks for changes nothing about what is kept.
  await openLive(page, `http://localhost:${PORT}/?ep=wasm&seed=2`);
  await expect(page.getByTestId('results-source')).toContainText('Precomputed');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

/** Whether the browser keeps the wasm file that answers here. */
function keptWasm(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const kept = await caches.match(new URL('ort/ort-wasm-simd-threaded.wasm', location.href));
    return (
      kept !== undefined && (await navigator.serviceWorker.ready).active?.state === 'activated'
    );
  });
}
