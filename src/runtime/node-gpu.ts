import { HOW_TO_GET_A_DEVICE, prepareVulkan } from '../kernels/node-vulkan.ts';
import { NoWebGpuError, requestDevice } from './device.ts';

/**
 * WebGPU for Node, as a tab has it: Dawn (npm `webgpu`) behind `navigator.gpu` and the `GPU…` globals,
 * on the machine's GPU or on SwiftShader. onnxruntime-web then runs here as it does in a tab, on a
 * device that it shares with our kernels.
 */

/** Dawn must outlive its devices. */
let dawn: GPU | undefined;

/** @throws NoWebGpuError where no adapter is found. */
export async function requestNodeDevice(): Promise<GPUDevice> {
  await provideWebGpu();
  try {
    return await requestDevice();
  } catch (error) {
    if (!(error instanceof NoWebGpuError)) throw error;
    throw new NoWebGpuError(`No WebGPU device was found for Node. ${HOW_TO_GET_A_DEVICE}`, {
      cause: error,
    });
  }
}

async function provideWebGpu(): Promise<void> {
  if (dawn) return;
  prepareVulkan();
  const { create, globals } = await importDawn();
  Object.assign(globalThis, globals);
  dawn = create([]);
  acceptSharedMemory();
  // Node 20 has no `navigator`, later ones have one without `gpu`.
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ? navigator : {};
  const value = Object.create(own, { gpu: { value: dawn } }) as Navigator;
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}

async function importDawn() {
  try {
    return await import('webgpu');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NoWebGpuError(
      `WebGPU in Node needs the npm package webgpu, which could not be loaded (${reason}). Install it with \`npm ci\`, or take the provider cpu or wasm.`,
      { cause },
    );
  }
}

/**
 * onnxruntime's wasm heap is shared memory, which browsers take in `writeBuffer` and Dawn for Node
 * refuses ("Invalid argument"): such data is copied on its way.
 */
function acceptSharedMemory(): void {
  const queue = GPUQueue.prototype;
  const write = queue.writeBuffer;
  queue.writeBuffer = function (buffer, offset, data, ...range) {
    const shared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    const own = shared
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
      : data;
    return write.call(this, buffer, offset, own as BufferSource, ...range);
  };
}
