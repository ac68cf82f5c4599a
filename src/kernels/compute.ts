/**
 * What every kernel here needs to run: a description (source, entry point, uniforms, grid) and a
 * dispatch. Kernels receive a `GPUDevice` and never ask for one; buffers named in a dispatch belong
 * to the caller, before and after.
 */

/** One dispatch, apart from its storage buffers. */
export interface KernelDescription {
  readonly label: string;
  readonly source: string;
  readonly entryPoint: string;
  /** The uniform block at binding 0: 32-bit words in the order of the shader's struct. */
  readonly uniforms: Uint32Array<ArrayBuffer>;
  readonly workgroups: readonly [x: number, y: number];
  /** Size of each result in bytes, a multiple of 16. */
  readonly outputBytes: number;
}

/**
 * `GPUBufferUsage` by its specified numbers: the global exists in tabs and workers only, and the
 * kernels also run on a device that Node made.
 */
export const GPU_BUFFER_USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
} as const;

/** `GPUMapMode.READ`, by its specified number for the same reason. */
const MAP_MODE_READ = 0x1;

/** Usage of a buffer that a kernel fills and onnxruntime then reads (it insists on all three). */
export const TENSOR_BUFFER_USAGE =
  GPU_BUFFER_USAGE.STORAGE | GPU_BUFFER_USAGE.COPY_SRC | GPU_BUFFER_USAGE.COPY_DST;

/** Workgroups along x before a grid goes on in y; below the 65,535 that every device grants. */
const MAX_WORKGROUPS_X = 32768;

/** A grid of at least `threads` threads; shaders find their index with `workgroup_id` and this width. */
export function workgroupGrid(
  threads: number,
  workgroupSize: number,
): readonly [x: number, y: number] {
  const workgroups = Math.max(1, Math.ceil(threads / workgroupSize));
  const x = Math.min(workgroups, MAX_WORKGROUPS_X);
  return [x, Math.ceil(workgroups / x)];
}

/** onnxruntime binds whole vec4s, so a buffer that it will read is padded to 16 bytes. */
export function paddedBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

function pipelineFor(device: GPUDevice, description: KernelDescription): GPUComputePipeline {
  let cache = pipelines.get(device);
  if (!cache) pipelines.set(device, (cache = new Map()));
  const key = `${description.entryPoint}\n${description.source}`;
  let pipeline = cache.get(key);
  if (!pipeline) {
    const module = device.createShaderModule({
      label: description.label,
      code: description.source,
    });
    pipeline = device.createComputePipeline({
      label: description.label,
      layout: 'auto',
      compute: { module, entryPoint: description.entryPoint },
    });
    cache.set(key, pipeline);
  }
  return pipeline;
}

/**
 * Submits one kernel to the device's queue. `storage` are the caller's buffers at bindings 1, 2, …;
 * they must live until the work is done, which a later submission to the same queue may rely on.
 */
export function dispatch(
  device: GPUDevice,
  description: KernelDescription,
  storage: readonly GPUBuffer[],
): void {
  const pipeline = pipelineFor(device, description);
  const uniforms = uploadBuffer(device, description.uniforms, GPU_BUFFER_USAGE.UNIFORM);
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [uniforms, ...storage].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder({ label: description.label });
  const pass = encoder.beginComputePass({ label: description.label });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...description.workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  // Submitted work keeps what it reads alive; the handle is not needed any longer.
  uniforms.destroy();
}

/** An empty buffer for a kernel's result; the caller owns it. */
export function createTensorBuffer(device: GPUDevice, label: string, bytes: number): GPUBuffer {
  return device.createBuffer({ label, size: paddedBytes(bytes), usage: TENSOR_BUFFER_USAGE });
}

/** A new buffer with a copy of `data`; the caller owns it. */
export function uploadBuffer(
  device: GPUDevice,
  data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
  usage: number = TENSOR_BUFFER_USAGE,
): GPUBuffer {
  const buffer = device.createBuffer({
    size: paddedBytes(data.byteLength),
    usage: usage | GPU_BUFFER_USAGE.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** The first `count` floats of a buffer, once all work submitted so far is done; the buffer stays. */
export async function downloadFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const { MAP_READ, COPY_DST } = GPU_BUFFER_USAGE;
  const staging = device.createBuffer({ size: count * 4, usage: MAP_READ | COPY_DST });
  try {
    const encoder = device.createCommandEncoder({ label: 'download' });
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, count * 4);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_MODE_READ);
    return new Float32Array(staging.getMappedRange().slice(0));
  } finally {
    staging.destroy();
  }
}

/** Throws a sentence where `value` is not a whole number of at least `minimum`. */
export function requireCount(what: string, value: number, minimum: number): void {
  if (!Number.isInteger(value) || value < minimum)
    throw new Error(`${what} must be a whole number of at least ${minimum}, but it is ${value}.`);
}

/** Throws a sentence where an array does not have the length that its shape asks for. */
export function requireLength(what: string, found: number, expected: number): void {
  if (found !== expected)
    throw new Error(`${what} must have ${expected} entries, but it has ${found}.`);
}
