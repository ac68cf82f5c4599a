import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

/**
 * Where a Chromium or Chrome is looked for, by the tests of the page, which drive it, and by WebGPU in
 * Node, which borrows its software driver on machines without a GPU.
 */

/** What to do where there is none. */
export const HOW_TO_GET_CHROMIUM =
  'Install Chromium (Debian: `apt-get install chromium`; elsewhere: `npx playwright-core install chromium`), ' +
  'or name the executable of one in the environment variable CHROMIUM.';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const DRIVER_FILE = 'vk_swiftshader_icd.json';

/**
 * The browser: the executable that the environment variable `CHROMIUM` names, else the first on the
 * PATH or among those that Playwright downloaded; undefined where there is none.
 * @throws a sentence where `CHROMIUM` names no file
 */
export function findChromium(): string | undefined {
  return chromiums()[0];
}

/** SwiftShader as a Chromium brings it. */
export interface SwiftShader {
  /** Where its library and a Vulkan loader lie. */
  readonly folder: string;
  /** What tells a Vulkan loader of it. */
  readonly driverFile: string;
}

/** That of the first Chromium that has one; undefined without such a Chromium. */
export function findSwiftShader(): SwiftShader | undefined {
  const folder = chromiums()
    .flatMap(programFolders)
    .find((one) => existsSync(join(one, DRIVER_FILE)));
  return folder === undefined ? undefined : { folder, driverFile: join(folder, DRIVER_FILE) };
}

function chromiums(): string[] {
  const named = process.env['CHROMIUM'];
  if (named) {
    if (existsSync(named)) return [named];
    throw new Error(
      `The environment variable CHROMIUM should name the executable of a Chromium, but there is no file ${named}. Correct it, or unset it to have one looked for.`,
    );
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, MAC, ...downloaded()].filter((path) => existsSync(path));
}

/** Executables in Playwright's folder, the newest revision first. */
function downloaded(): string[] {
  const cache = join(homedir(), '.cache/ms-playwright');
  const root = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? cache;
  if (!existsSync(root)) return [];
  const revisions = readdirSync(root).filter((name) => /^chromium-\d+$/.test(name));
  const newestFirst = revisions.sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  return newestFirst.flatMap((name) =>
    readdirSync(join(root, name)).map((system) => join(root, name, system, 'chrome')),
  );
}

/** Where an executable's own files may lie: beside it, or where distributions' launchers point. */
function programFolders(executable: string): string[] {
  const path = realpathSync(executable);
  const above = dirname(dirname(path));
  const libraries = ['lib', 'lib64'].map((folder) => join(above, folder, basename(path)));
  return [dirname(path), ...libraries];
}
