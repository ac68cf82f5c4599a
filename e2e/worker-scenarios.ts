/** Code of ours alone in a worker of a real browser, for what no page or Node can show. */
import { expect, type Page } from '@playwright/test';
import { build, type Rollup } from 'vite';

/** Builds a script of scenarios as one module. */
export async function buildScenarios(entry: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: 'scenarios' },
    },
  })) as unknown as Rollup.RollupOutput[];
  return built[0]!.output[0].code;
}

/** Opens a page of our origin that does nothing itself, and serves the script beside it. */
export async function serveScenarios(page: Page, script: string): Promise<void> {
  await page.route('**/scenarios.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
      body: script,
    }),
  );
  await page.goto('models/emoji-llava/config.json');
}

/** Runs a scenario in a worker of its own. */
export async function scenario(page: Page, name: string): Promise<Record<string, unknown>> {
  const { result, error } = await page.evaluate(async (asked) => {
    const worker = new Worker('/scenarios.js', { type: 'module' });
    const reply = new Promise<{ result?: unknown; error?: string }>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
    });
    worker.postMessage(asked);
    const told = await reply;
    worker.terminate();
    return told;
  }, name);
  expect(error).toBeUndefined();
  return result as Record<string, unknown>;
}
