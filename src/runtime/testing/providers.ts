import { describe } from 'vitest';
import { hasVulkan, HOW_TO_GET_A_DEVICE } from '../../kernels/node-vulkan.ts';
import { HALF_FLOATS } from '../compute-choice.ts';
import { describeAdapter } from '../device.ts';
import type { Provider } from '../engine.ts';
import { requestNodeDevice } from '../node-gpu.ts';

const PROVIDERS: readonly Provider[] = ['cpu', 'wasm', 'webgpu'];

let said = false;

/** Whether this machine has what a provider needs; where it has not, that is said once. */
export function isHere(provider: Provider): boolean {
  if (provider !== 'webgpu' || hasVulkan()) return true;
  if (!said) console.warn(`SKIPPED: everything on WebGPU here. ${HOW_TO_GET_A_DEVICE}`);
  said = true;
  return false;
}

/** Whether WebGPU is here, on an adapter with half floats; where it is not, that is said. */
export async function hasHalfFloats(): Promise<boolean> {
  if (!isHere('webgpu')) return false;
  const device = await requestNodeDevice();
  const found = device.features.has(HALF_FLOATS);
  device.destroy();
  if (!found)
    console.warn(
      `SKIPPED: float16 on WebGPU. The adapter (${describeAdapter(device)}) has no ${HALF_FLOATS}; a GPU has, or Mesa's software driver lavapipe (named in VK_ICD_FILENAMES).`,
    );
  return found;
}

/** A suite on one provider, skipped where that is not here. */
export function describeOn(provider: Provider, name: string, body: () => void): void {
  describe.skipIf(!isHere(provider))(name, body);
}

/** A suite on each provider; `%s` in the name stands for it. */
export function describeProviders(name: string, body: (provider: Provider) => void): void {
  for (const provider of PROVIDERS) {
    describeOn(provider, name.replace('%s', provider), () => body(provider));
  }
}
