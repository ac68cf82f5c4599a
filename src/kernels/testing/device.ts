import { afterAll, test } from 'vitest';
import { create, globals } from 'webgpu';
import { GPU_BUFFER_USAGE } from '../compute.ts';
import { HOW_TO_GET_A_DEVICE, prepareVulkan } from '../node-vulkan.ts';

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

/** The first `bytes` of a buffer, copied to the CPU; the buffer stays the caller's. */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number,
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    size: Math.ceil(bytes / 4) * 4,
    usage: GPU_BUFFER_USAGE.MAP_READ | GPU_BUFFER_USAGE.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, staging.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const copy = staging.getMappedRange().slice(0, bytes);
  staging.destroy();
  return copy;
}
