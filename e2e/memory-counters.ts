/**
 * Counts what a worker holds outside its JavaScript heap: GPU buffers and WebAssembly memories. To be
 * imported before anything that makes either; it looks on and changes nothing.
 */

/** All in bytes but for counts. */
export interface MemoryCounts {
  /** In GPU buffers that were neither destroyed, alone or with their device, nor garbage-collected. */
  readonly gpu: number;
  /** Of them, in buffers. */
  readonly gpuBuffers: number;
  /** The most that `gpu` was. */
  readonly gpuPeak: number;
  /** The largest single buffer so far. */
  readonly gpuLargest: number;
  /** The most that was mapped into the page's memory at once. */
  readonly mappedPeak: number;
  /** Devices that were asked for and not destroyed. */
  readonly devices: number;
  /** In WebAssembly memories, which never shrink. */
  readonly wasm: number;
}

interface DeviceHold {
  bytes: number;
  buffers: number;
}

interface BufferHold {
  readonly size: number;
  mapped: number;
  /** Undefined once the buffer is gone. */
  device: DeviceHold | undefined;
}

/** Of the devices that are not destroyed. */
const devices = new Set<DeviceHold>();
const holdOfDevice = new WeakMap<GPUDevice, DeviceHold>();
const holdOfBuffer = new WeakMap<GPUBuffer, BufferHold>();
const memories: WebAssembly.Memory[] = [];
let [gpuPeak, gpuLargest, mapped, mappedPeak] = [0, 0, 0, 0];

/** What is held now. */
export function memoryCounts(): MemoryCounts {
  return {
    gpu: gpuBytes(),
    gpuBuffers: [...devices].reduce((sum, { buffers }) => sum + buffers, 0),
    gpuPeak,
    gpuLargest,
    mappedPeak,
    devices: devices.size,
    wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  };
}

function gpuBytes(): number {
  return [...devices].reduce((sum, { bytes }) => sum + bytes, 0);
}

function drop(hold: BufferHold | undefined): void {
  unmapped(hold);
  if (hold?.device === undefined) return;
  hold.device.bytes -= hold.size;
  hold.device.buffers -= 1;
  hold.device = undefined;
}

function unmapped(hold: BufferHold | undefined): void {
  if (hold === undefined) return;
  mapped -= hold.mapped;
  hold.mapped = 0;
}

/** onnxruntime's threaded builds make their memory in JavaScript. */
function watchMemories(): void {
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(Memory, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new Memory(descriptor);
      memories.push(memory);
      return memory;
    },
  });
}

function watchDevices(): void {
  const { requestDevice } = GPUAdapter.prototype;
  const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
  const { destroy: destroyBuffer, getMappedRange, unmap } = GPUBuffer.prototype;
  // onnxruntime forgets its buffers where others would destroy them: they go with their wrappers.
  const forgotten = new FinalizationRegistry(drop);

  GPUAdapter.prototype.requestDevice = async function (...args) {
    const made = await requestDevice.apply(this, args);
    const hold: DeviceHold = { bytes: 0, buffers: 0 };
    devices.add(hold);
    holdOfDevice.set(made, hold);
    return made;
  };
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const made = createBuffer.call(this, descriptor);
    const device = holdOfDevice.get(this)!;
    const hold: BufferHold = { size: made.size, mapped: 0, device };
    device.bytes += made.size;
    device.buffers += 1;
    holdOfBuffer.set(made, hold);
    forgotten.register(made, hold);
    gpuPeak = Math.max(gpuPeak, gpuBytes());
    gpuLargest = Math.max(gpuLargest, made.size);
    return made;
  };
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const made = getMappedRange.apply(this, range);
    holdOfBuffer.get(this)!.mapped += made.byteLength;
    mapped += made.byteLength;
    mappedPeak = Math.max(mappedPeak, mapped);
    return made;
  };
  GPUBuffer.prototype.unmap = function () {
    unmapped(holdOfBuffer.get(this));
    return unmap.call(this);
  };
  GPUBuffer.prototype.destroy = function () {
    drop(holdOfBuffer.get(this));
    return destroyBuffer.call(this);
  };
  GPUDevice.prototype.destroy = function () {
    devices.delete(holdOfDevice.get(this)!);
    return destroyDevice.call(this);
  };
}

watchMemories();
watchDevices();
