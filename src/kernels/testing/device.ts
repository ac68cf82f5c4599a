import { afterAll, test } from 'vitest';
import { create, globals } from 'webgpu';
import { HOW_TO_GET_A_DEVICE, prepareVulkan } from '../node-vulkan.ts';

export { readBuffer } from '../read-buffer.ts';

/**
 * Kernel tests on a real device: Dawn for Node (npm `webgpu`) on the machine's GPU, or on SwiftShader
 * where it has none.
 */

let opened: Promise<GPUDevice | undefined> | undefined;
/**
 * Dawn must outlive its devices (dropping it while one is in use ends the process with a
 * `std::system_error`), and keeps the process alive for as long as it is held.
 */
let dawn: GPU | undefined;

async function openDevice(): Promise<GPUDevice | undefined> {
  prepareVulkan();
  Object.assign(globalThis, globals);
  dawn = create([]);
  const adapter = await dawn.requestAdapter();
  return adapter?.requestDevice();
}

/**
 * A test that gets a device, one for all tests of a file, destroyed after the last of them. Where
 * there is none the test is skipped, and says so.
 */
export function testWithDevice(name: string, body: (device: GPUDevice) => Promise<void>): void {
  test(name, async ({ skip }) => {
    const device = await (opened ??= openDevice());
    if (!device) {
      const note = `No WebGPU device, so this was not checked. ${HOW_TO_GET_A_DEVICE}`;
      console.warn(`SKIPPED: ${name}. ${note}`);
      return skip(note);
    }
    device.pushErrorScope('validation');
    await body(device);
    const error = await device.popErrorScope();
    if (error) throw new Error(`The device rejected the work: ${error.message}`);
  });
}

afterAll(async () => {
  const device = await opened;
  device?.destroy();
  await device?.lost;
  dawn = undefined;
});
