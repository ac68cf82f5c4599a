/** Choosing models: a folder, the hub, what the browser keeps, and what does not fit. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { HUB_PORTS } from '../playwright.config.ts';
import { parseCatalogue } from '../src/protocol/catalogue.ts';
import { startHubServer, type HubServer } from '../src/runtime/testing/hub-server.ts';
import { answered, openLive, runReaches, startRun } from './workbench-page.ts';

/** A tiny random checkpoint with its tokenizer. */
const FOLDER = 'fixtures/tiny-qwen2.5-vl';
/** Whose place on the hub the tiny one takes. */
const MODEL = parseCatalogue(readFileSync('models.json', 'utf8')).find(
  ({ id }) => id === 'qwen2.5-vl-3b',
)!;

// One hub for the page's two fixed addresses.
test.describe.configure({ mode: 'default' });

let hub: HubServer;

test.beforeAll(async () => {
  const files = new Map(
    readdirSync(FOLDER).map((file) => [file, new Uint8Array(readFileSync(`${FOLDER}/${file}`))]),
  );
  const { repository, revision } = MODEL;
  hub = await startHubServer(files, {
    ports: HUB_PORTS,
    repository: repository!,
    commit: revision!,
  });
});

test.afterAll(() => hub.close());

test.beforeEach(() => {
  hub.seen.length = 0;
  for (const fault of Object.keys(hub.faults)) delete (hub.faults as never)[fault];
});

function chooser(page: Page) {
  return page.getByRole('dialog', { name: 'Choose a model' });
}

async function openChooser(page: Page) {
  await page.getByRole('button', { name: 'Choose …' }).click();
  return chooser(page);
}

/** Picks the model's row and presses Load. */
async function loadFromHub(page: Page, token = ''): Promise<void> {
  const dialog = await openChooser(page);
  await dialog.getByRole('radio', { name: MODEL.name }).check();
  if (token !== '') await dialog.getByLabel('Access token').fill(token);
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
}

/** Files of the one converted model that the browser keeps, finished or not. */
function keptFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = [];
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    for await (const entry of models.values())
      for await (const name of (entry as FileSystemDirectoryHandle).keys()) names.push(name);
    return names;
  });
}

test('a folder is converted and answers; after a reload it loads from the browser alone', async ({
  page,
}) => {
  // As in browsers without a directory picker; files of a folder are chosen in a file field then.
  await page.addInitScript('delete window.showDirectoryPicker');
  await openLive(page);
  const dialog = await openChooser(page);
  await dialog.getByRole('radio', { name: 'A checkpoint in a folder of mine' }).check();
  await expect(dialog.getByRole('button', { name: 'Load', exact: true })).toBeDisabled();
  await dialog.getByLabel('Pick the folder').setInputFiles(FOLDER);
  await dialog.getByLabel('Weights as').selectOption('q8');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  const status = page.getByTestId('model-status');
  await expect(status).toContainText('Livetiny-qwen2.5-vl · WASM on the CPU · q8');
  await answered(page);
  await expect(page.getByTestId('prompt')).toContainText('<|im_start|>user');
  await startRun(page, 1);
  await runReaches(page, 'finished');
  await expect(page.getByTestId('results-source')).toContainText('tiny-qwen2.5-vl');

  await page.reload();
  const again = await openChooser(page);
  const kept = again.getByTestId('kept-model');
  await expect(kept).toContainText(/tiny-qwen2\.5-vl q8 · [\d.]+ [kM]B/);
  await kept.getByRole('button', { name: 'Load tiny-qwen2.5-vl' }).click();
  await expect(status).toContainText('Livetiny-qwen2.5-vl · WASM on the CPU · q8');
  await answered(page);

  await openChooser(page);
  await kept.getByRole('button', { name: 'Remove tiny-qwen2.5-vl' }).click();
  await kept.getByRole('button', { name: 'Really remove tiny-qwen2.5-vl' }).click();
  await expect(chooser(page).getByRole('alert')).toContainText('This model runs just now');
  await chooser(page).getByRole('radio', { name: 'emoji-llava' }).check();
  await chooser(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(status).toContainText('Liveemoji-llava');
  await openChooser(page);
  await kept.getByRole('button', { name: 'Remove tiny-qwen2.5-vl' }).click();
  await kept.getByRole('button', { name: 'Really remove tiny-qwen2.5-vl' }).click();
  await expect(kept).toHaveCount(0);
});

// The GPU is filled from a file; fp16 weights are widened on the way, on an adapter without half floats.
for (const format of ['q4', 'fp16']) {
  const wanted = format === 'q4' || process.env['BAPA_LONG'] === '1';
  (wanted ? test : test.skip)(
    `on WebGPU a folder that was converted to ${format} answers too`,
    async ({ page }) => {
      await page.addInitScript('delete window.showDirectoryPicker');
      await openLive(page, '?compute=float16');
      const notices = page.locator('.notices');
      const halves = await page.evaluate(async () =>
        (await navigator.gpu.requestAdapter())?.features.has('shader-f16'),
      );
      const dialog = await openChooser(page);
      await dialog.getByRole('radio', { name: 'A checkpoint in a folder of mine' }).check();
      await dialog.getByLabel('Pick the folder').setInputFiles(FOLDER);
      await dialog.getByLabel('Weights as').selectOption(format);
      await dialog.getByRole('button', { name: 'Load', exact: true }).click();
      await expect(page.getByTestId('model-status')).toContainText(
        new RegExp(
          `Livetiny-qwen2\\.5-vl · WebGPU \\(.*\\) · ${format} in ${halves ? 'float16' : 'float32'}$`,
        ),
      );
      if (!halves) await expect(notices).toContainText('It computes in float32 now.');
      await answered(page);
    },
  );
}

test('the directory picker gives a folder too, and a folder without weights is told as such', async ({
  page,
}) => {
  // A real directory handle, of the one folder that needs no person to pick it.
  await page.addInitScript(() => {
    Object.assign(window, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true }),
    });
  });
  await openLive(page);
  const dialog = await openChooser(page);
  await dialog.getByRole('radio', { name: 'A checkpoint in a folder of mine' }).check();
  await dialog.getByRole('button', { name: 'Pick the folder …' }).click();
  await expect(dialog).toContainText('picked');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(page.getByTestId('load-failure')).toContainText(
    'has neither model.safetensors nor model.safetensors.index.json',
  );
  await page.getByRole('button', { name: 'Another model …' }).click();
  await expect(chooser(page)).toBeVisible();
});

test('a hub load is cancelled, and goes on with what it had', async ({ page }) => {
  await openLive(page);
  hub.faults.slow = 150;
  await loadFromHub(page);
  const progress = page.getByTestId('load-progress');
  await expect(progress).toContainText(/Converting the weights · .* of .* · downloaded/);
  const parts = () =>
    hub.seen.filter(({ host, range }) => host === 'storage' && !/^bytes=0-/.test(range!));
  await expect.poll(() => keptFiles(page)).toContain('vision.onnx');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('load-failure')).toContainText('Loading was cancelled');
  const before = parts().map(({ range }) => range);
  hub.seen.length = 0;
  hub.faults.slow = undefined;
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByTestId('model-status')).toContainText(`Live${MODEL.repository}`);
  const after = new Set(parts().map(({ range }) => range));
  expect(before.filter((range) => !after.has(range)).length).toBeGreaterThan(20);
  await answered(page);
  await expect(page.getByTestId('model-name')).toContainText(MODEL.repository!);
});

test('a gated model says where to accept its licence; the token goes to the hub alone', async ({
  page,
}) => {
  hub.faults.token = 'hf_secret';
  await openLive(page);
  await loadFromHub(page);
  await expect(page.getByTestId('load-failure')).toContainText(
    /the model is gated\. Sign in and accept its licence at http:\/\/localhost:\d+\/Qwen\/Qwen2.5-VL-3B-Instruct/,
  );
  await loadFromHub(page, 'hf_secret');
  await expect(page.getByTestId('model-status')).toContainText(`Live${MODEL.repository}`);
  const tokensAt = (host: string) =>
    new Set(hub.seen.filter((one) => one.host === host).map((one) => one.authorization));
  expect(tokensAt('hub')).toContain('Bearer hf_secret');
  expect([...tokensAt('storage')]).toEqual([undefined]);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(kept).not.toContain('hf_secret');
});

test('what does not fit is said before anything is downloaded', async ({ page }) => {
  await openLive(page);
  const dialog = await openChooser(page);
  const row = dialog.locator('[data-model="gemma-3-12b"]');
  await expect(row.getByRole('radio')).toBeDisabled();
  await expect(row.getByRole('radio')).toHaveAccessibleDescription(
    /Not here: It takes about 8\.9 GB as q4 .* but WebAssembly, .* has 4\.3 GB/,
  );
  await expect(dialog.getByRole('radio', { name: 'Qwen2-VL-2B-Instruct' })).toBeEnabled();
  await dialog.getByLabel('Weights as').selectOption('fp16');
  await expect(dialog.getByRole('radio', { name: 'Qwen2-VL-2B-Instruct' })).toBeDisabled();
  expect(hub.seen).toEqual([]);
});

test('by keyboard alone: opened, chosen with arrows, closed with Escape', async ({ page }) => {
  await openLive(page);
  const open = page.getByRole('button', { name: 'Choose …' });
  await open.focus();
  await page.keyboard.press('Enter');
  const radio = chooser(page).getByRole('radio', { name: 'emoji-llava' });
  await radio.focus();
  await page.keyboard.press('ArrowDown');
  await expect(chooser(page).getByRole('radio', { name: 'Qwen2-VL-2B-Instruct' })).toBeChecked();
  await expect(chooser(page).getByLabel('Access token')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chooser(page)).toBeHidden();
  await expect(open).toBeFocused();
});

for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const) {
  test(`${width} pixels wide: the chooser scrolls no page sideways`, async ({ page }, info) => {
    await page.setViewportSize({ width, height });
    await openLive(page);
    if (width < 900) await page.getByRole('button', { name: 'Setup', exact: true }).click();
    const dialog = await openChooser(page);
    await expect(dialog.locator('[data-model]')).toHaveCount(10);
    await expect(dialog).toContainText('more can be kept');
    const sideways = (element: HTMLElement) => element.scrollWidth - element.clientWidth;
    expect(await dialog.evaluate(sideways)).toBe(0);
    expect(await page.locator('html').evaluate(sideways)).toBe(0);
    // What loads the choice is in sight, however long the list is.
    await dialog.getByRole('radio', { name: 'Qwen2-VL-2B-Instruct' }).check();
    await expect(dialog.getByLabel('Access token')).toBeInViewport();
    await expect(dialog.getByRole('button', { name: 'Load', exact: true })).toBeInViewport();
    await page.screenshot({ path: info.outputPath('chooser.png') });
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await page.screenshot({ path: info.outputPath('chooser-dark.png') });
  });
}
