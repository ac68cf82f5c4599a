import { cpus } from 'node:os';
import type * as Ort from 'onnxruntime-web';
import { HOW_TO_GET_A_DEVICE, prepareVulkan } from '../kernels/node-vulkan.ts';
import type { Backend } from './backend.ts';
import type { Provider } from './engine.ts';

/**
 * onnxruntime in Node: `cpu` and `webgpu` of onnxruntime-node, `wasm` of onnxruntime-web.
 * onnxruntime-node's WebGPU provider brings its own Dawn and takes no device and no GPU buffers from
 * outside, so tensors cross in CPU memory there and the tables come from the kernels' references.
 */
export async function openNodeBackend(provider: Provider): Promise<Backend> {
  const processor = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}`;
  if (provider === 'wasm') {
    // The package's Node build: the browser bundles cannot read files or count processors here.
    const ort = await import('onnxruntime-web');
    ort.env.logLevel = 'error';
    return {
      ort,
      provider,
      build: 'wasm',
      device: undefined,
      executionProviders: ['wasm'],
      adapter: `WebAssembly on ${processor}`,
      versions: { 'onnxruntime-web': ort.env.versions.web ?? 'unknown', node: process.version },
      dispose: () => {},
    };
  }
  const driver = provider === 'webgpu' ? prepareVulkan() : undefined;
  if (provider === 'webgpu' && !driver)
    throw new Error(`No WebGPU device was found for Node. ${HOW_TO_GET_A_DEVICE}`);
  // The two packages share onnxruntime-common's types; only providers and `env` fields differ.
  const ort = (await import('onnxruntime-node')) as unknown as typeof Ort;
  ort.env.logLevel = 'error';
  return {
    ort,
    provider,
    build: 'node',
    device: undefined,
    executionProviders: [provider],
    adapter:
      driver === 'swiftshader'
        ? `SwiftShader (software) on ${processor}`
        : provider === 'webgpu'
          ? `the default WebGPU adapter of ${processor}`
          : processor,
    versions: { 'onnxruntime-node': ort.env.versions.node ?? 'unknown', node: process.version },
    dispose: () => {},
  };
}
