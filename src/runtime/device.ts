/** The tab's GPU device: asked for with what models need, described for the manifest. */
import { HALF_FLOATS } from './compute-choice.ts';

/** Limits raised to what the adapter grants: weights and caches of large models sit in few buffers. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * Features that onnxruntime's shaders use where they are there. Not `subgroups`: with them its flash
 * attention takes a path that assumes wide ones, and from 32 tokens on it gave wrong results on an
 * adapter with subgroups of 4 (SwiftShader: 0.9 off in the logits, measured with 1.30;
 * microsoft/onnxruntime#28520 tells of the same on others). Without them it takes its shared-memory
 * path, which agrees with the CPU within 1e-5.
 */
const WANTED_FEATURES = [HALF_FLOATS, 'timestamp-query'];

export class NoWebGpuError extends Error {
  override name = 'NoWebGpuError';
}

/**
 * Asks for a device. The caller owns it and destroys it.
 * @throws NoWebGpuError where the browser has no WebGPU, no adapter for it, or refuses the device.
 */
export async function requestDevice(): Promise<GPUDevice> {
  if (!navigator.gpu)
    throw new NoWebGpuError(
      'This browser offers no WebGPU. Open the page over https in a recent Chrome, Edge, Safari or Firefox to use the graphics card.',
    );
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new NoWebGpuError(
      'WebGPU found no graphics adapter that it may use. Update the graphics driver, or switch on hardware acceleration in the browser, and reload the page.',
    );
  try {
    return await adapter.requestDevice({
      label: 'bapa-workbench',
      requiredFeatures: WANTED_FEATURES.filter((name) =>
        adapter.features.has(name),
      ) as GPUFeatureName[],
      requiredLimits: Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]])),
    });
  } catch (error) {
    throw new NoWebGpuError(
      `WebGPU has an adapter but gave no device (${(error as Error).message}). Close other pages that use the graphics card, and reload the page.`,
      { cause: error },
    );
  }
}

/** What models have to fit into; undefined where there is no adapter. Takes no device. */
export async function adapterLimits(): Promise<
  { maxBufferSize: number; maxStorageBufferBindingSize: number; halfFloats: boolean } | undefined
> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const halfFloats = adapter.features.has(HALF_FLOATS);
  return { maxBufferSize, maxStorageBufferBindingSize, halfFloats };
}

/** The adapter's own words: `vendor architecture description`, those that it gives. */
export function describeAdapter(device: GPUDevice): string {
  // Older browsers have no `adapterInfo`.
  const info = (device as { adapterInfo?: GPUAdapterInfo }).adapterInfo;
  const words = [info?.vendor, info?.architecture, info?.description].filter(Boolean);
  return words.length > 0 ? words.join(' ') : 'WebGPU adapter without a name';
}

/** Whether a device has not been lost, by the device itself: a lost one maps no buffer. */
export async function stillAnswers(device: GPUDevice): Promise<boolean> {
  const buffer = device.createBuffer({
    label: 'sign of life',
    size: 4,
    usage: GPUBufferUsage.MAP_READ,
  });
  try {
    await buffer.mapAsync(GPUMapMode.READ);
    return true;
  } catch {
    return false;
  } finally {
    buffer.destroy();
  }
}
