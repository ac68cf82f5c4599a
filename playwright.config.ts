import { defineConfig } from '@playwright/test';
import { findChromium, HOW_TO_GET_CHROMIUM } from './src/kernels/chromium.ts';

/** Another than a second checkout's on the same machine can be asked for. */
const PORT = Number(process.env['BAPA_TEST_PORT'] ?? 4319);

/** Where specs run a hub of their own, and its storage host; the page is built to read from there. */
export const HUB_PORTS = [PORT + 1, PORT + 2] as const;

const executablePath = findChromium();
if (executablePath === undefined)
  throw new Error(`The page cannot be tested without a Chromium. ${HOW_TO_GET_CHROMIUM}`);

/** WebGPU in software where there is no GPU; slow, so long journeys run on WASM (`?ep=wasm`). */
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
];

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  // A busy machine is slow, not wrong: limits only end what hangs.
  timeout: 600_000,
  expect: { timeout: 240_000 },
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    trace: 'off',
    // Each test is a first visit, which would keep the whole page for a second.
    serviceWorkers: 'block',
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: /no-webgpu/,
      use: { launchOptions: { executablePath, args: ['--no-sandbox', ...WEBGPU] } },
    },
    {
      name: 'no-webgpu',
      testMatch: /no-webgpu/,
      use: { launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu'] } },
    },
  ],
  webServer: {
    command: `npx vite build --logLevel warn && npx vite preview --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}/`,
    env: { BAPA_HUB: HUB_PORTS.map((port) => `http://localhost:${port}`).join(' ') },
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
