import { expect, test, type Page } from '@playwright/test';
import { openLive, runReaches, startRun } from './workbench-page.ts';

/** Lets the worker have so many GPU devices; every further one is refused, as by a driver that fails. */
async function grantDevices(page: Page, granted: number): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const refuse = `{
      const request = GPUAdapter.prototype.requestDevice;
      let left = ${granted};
      GPUAdapter.prototype.requestDevice = function (...given) {
        if (left-- > 0) return request.apply(this, given);
        return Promise.reject(new DOMException('no more devices', 'OperationError'));
      };
    }`;
    await route.fulfill({ response, body: `${refuse}\n${await response.text()}` });
  });
}

test('where the adapter gives no device the model runs on WASM, and a notice says why', async ({
  page,
}) => {
  await grantDevices(page, 0);
  await openLive(page, '');
  await expect(page.getByTestId('model-status')).toContainText('WASM on the CPU');
  await expect(page.locator('.notices')).toContainText('gave no device (no more devices)');
});

test('a run does not mix the answers of two providers', async ({ page }) => {
  test.skip(process.env.BAPA_LONG !== '1', 'Minutes on a software device: runs with BAPA_LONG=1.');
  test.setTimeout(300_000);
  await grantDevices(page, 1);
  await openLive(page, '?lose-device');
  await startRun(page, 1);
  await expect(page.getByTestId('run-progress')).toContainText('left', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Lose the device' }).click();
  await runReaches(page, 'failed');
  await expect(page.locator('.run-failure')).toContainText(
    /The run began on webgpu, but the model runs on wasm now.* \d+ answers are kept\./,
  );
  await expect(page.getByTestId('model-status')).toContainText('WASM on the CPU');
  await page.getByRole('button', { name: 'Go on' }).click();
  await runReaches(page, 'failed');
  await expect(page.getByTestId('results-source')).toContainText('webgpu');
});
