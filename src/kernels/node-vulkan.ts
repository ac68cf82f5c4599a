import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Lets Dawn in a Node process (npm `webgpu`, onnxruntime-node's WebGPU provider) find a Vulkan driver
 * on a Linux machine without a GPU: SwiftShader, the software driver that every Chromium brings,
 * together with its Vulkan loader. Call it before the first adapter is asked for.
 */

/** What to do where there is neither a GPU nor a Chromium. */
export const HOW_TO_GET_A_DEVICE =
  'Install Chromium, whose software driver SwiftShader serves here (Debian: apt-get install chromium; ' +
  'elsewhere: npx playwright-core install chromium), or run on a machine with a GPU and its Vulkan driver.';

const CHROMIUM_FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const DRIVER_FILE = 'vk_swiftshader_icd.json';
const PLAYWRIGHT_FOLDER = join(homedir(), '.cache/ms-playwright');

// Flags of dlopen(3) that Node does not name: resolve now, and stay loaded after Node lets go.
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;

/** Which driver the process will use, for messages; `undefined` where none was found. */
export function prepareVulkan(): 'own' | 'swiftshader' | undefined {
  if (process.platform !== 'linux') return 'own';
  if (process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES) return 'own';
  if (existsSync('/dev/dri') || existsSync('/dev/nvidia0')) return 'own';
  const folder = chromiumFolder();
  if (!folder) return undefined;
  process.env.VK_ICD_FILENAMES = absoluteDriverFile(folder);
  preload(join(folder, 'libvulkan.so.1'));
  return 'swiftshader';
}

function chromiumFolder(): string | undefined {
  const downloaded = existsSync(PLAYWRIGHT_FOLDER)
    ? readdirSync(PLAYWRIGHT_FOLDER, { recursive: true, encoding: 'utf8' })
        .filter((path) => basename(path) === DRIVER_FILE)
        .map((path) => dirname(join(PLAYWRIGHT_FOLDER, path)))
    : [];
  return [...CHROMIUM_FOLDERS, ...downloaded].find((folder) =>
    existsSync(join(folder, DRIVER_FILE)),
  );
}

/** Chromium's driver file names its library relative to itself; the loader wants it absolute. */
function absoluteDriverFile(folder: string): string {
  const driver = JSON.parse(readFileSync(join(folder, DRIVER_FILE), 'utf8')) as {
    ICD: { library_path: string };
  };
  driver.ICD.library_path = resolve(folder, driver.ICD.library_path);
  const temporary = mkdtempSync(join(tmpdir(), 'swiftshader-'));
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
  const file = join(temporary, 'icd.json');
  writeFileSync(file, JSON.stringify(driver));
  return file;
}

/**
 * Dawn opens `libvulkan.so.1` by name. Where the system has none, Chromium's own copy must already be
 * in the process under that name, and `LD_LIBRARY_PATH` would be read too late.
 */
function preload(library: string): void {
  if (!existsSync(library)) return;
  try {
    process.dlopen({ exports: {} }, library, RTLD_NOW | RTLD_NODELETE);
  } catch {
    // Node complains that it is no addon of its own; the library stays loaded all the same.
  }
}
