import { describe } from 'vitest';
import { hasVulkan, HOW_TO_GET_A_DEVICE } from '../../kernels/node-vulkan.ts';
import type { Provider } from '../engine.ts';

const PROVIDERS: readonly Provider[] = ['cpu', 'wasm', 'webgpu'];

let said = false;

/** Whether this machine has what a provider needs; where it has not, that is said once. */
export function isHere(provider: Provider): boolean {
  if (provider !== 'webgpu' || hasVulkan()) return true;
  if (!said) console.warn(`SKIPPED: everything on WebGPU here. ${HOW_TO_GET_A_DEVICE}`);
  said = true;
  return false;
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
