import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findChromium, findSwiftShader } from './chromium.ts';

const DRIVER = 'vk_swiftshader_icd.json';

let root = '';

async function put(path: string): Promise<string> {
  const whole = join(root, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, '');
  return whole;
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bapa-chromium-'));
  vi.stubEnv('CHROMIUM', undefined);
  vi.stubEnv('PATH', join(root, 'bin'));
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', join(root, 'playwright'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

// A Mac's browser has a place of its own, which no variable names.
test.skipIf(process.platform === 'darwin')('nothing is found where there is nothing', () => {
  expect(findChromium()).toBeUndefined();
  expect(findSwiftShader()).toBeUndefined();
});

test('the launcher of a distribution, and the driver in its library folder', async () => {
  const launcher = await put('bin/chromium');
  const driverFile = await put(`lib/chromium/${DRIVER}`);
  expect(findChromium()).toBe(launcher);
  expect(findSwiftShader()).toEqual({ folder: dirname(driverFile), driverFile });
});

test('a link to a browser that keeps its driver beside itself', async () => {
  const browser = await put('opt/chrome/google-chrome');
  const driverFile = await put(`opt/chrome/${DRIVER}`);
  await mkdir(join(root, 'bin'));
  await symlink(browser, join(root, 'bin/google-chrome-stable'));
  expect(findChromium()).toBe(join(root, 'bin/google-chrome-stable'));
  expect(findSwiftShader()?.driverFile).toBe(driverFile);
});

test('the newest that Playwright downloaded serves both', async () => {
  await put('playwright/chromium-999/chrome-linux/chrome');
  await put(`playwright/chromium-999/chrome-linux/${DRIVER}`);
  const newest = await put('playwright/chromium-1200/chrome-linux64/chrome');
  const driverFile = await put(`playwright/chromium-1200/chrome-linux64/${DRIVER}`);
  expect(findChromium()).toBe(newest);
  expect(findSwiftShader()?.driverFile).toBe(driverFile);
});

test('CHROMIUM goes before all others, and has to name a file', async () => {
  await put('bin/chromium');
  const own = await put('own/my-chromium');
  vi.stubEnv('CHROMIUM', own);
  expect(findChromium()).toBe(own);
  vi.stubEnv('CHROMIUM', join(root, 'nowhere'));
  expect(findChromium).toThrow(/CHROMIUM should name .*nowhere.*Correct it/);
});
