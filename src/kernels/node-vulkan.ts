import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findSwiftShader, HOW_TO_GET_CHROMIUM, type SwiftShader } from './chromium.ts';

/**
 * Lets Dawn in a Node process (npm `webgpu`, onnxruntime-node's WebGPU provider) find a Vulkan driver
 * on a Linux machine without a GPU: SwiftShader, the software driver that every Chromium brings,
 * together with its Vulkan loader. Call it before the first adapter is asked for.
 */

/** What to do where there is neither a GPU nor a Chromium. */
export const HOW_TO_GET_A_DEVICE =
  `${HOW_TO_GET_CHROMIUM} Its software driver SwiftShader then serves here, ` +
  'as a GPU with its Vulkan driver would.';

// Flags of dlopen(3) that Node does not name: resolve now, and stay loaded after Node lets go.
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;

/** Whether a Vulkan driver of the machine's own is to be expected. */
function hasOwnDriver(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES) return true;
  return existsSync('/dev/dri') || existsSync('/dev/nvidia0');
}

/** Whether there is a driver that `prepareVulkan` can offer. */
export function hasVulkan(): boolean {
  return hasOwnDriver() || findSwiftShader() !== undefined;
}

/** Which driver the process will use, for messages; `undefined` where none was found. */
export function prepareVulkan(): 'own' | 'swiftshader' | undefined {
  if (hasOwnDriver()) return 'own';
  const found = findSwiftShader();
  if (!found) return undefined;
  process.env.VK_ICD_FILENAMES = absoluteDriverFile(found);
  preload(join(found.folder, 'libvulkan.so.1'));
  return 'swiftshader';
}

/** Chromium's driver file names its library relative to itself; the loader wants it absolute. */
function absoluteDriverFile({ folder, driverFile }: SwiftShader): string {
  const driver = JSON.parse(readFileSync(driverFile, 'utf8')) as { ICD: { library_path: string } };
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
