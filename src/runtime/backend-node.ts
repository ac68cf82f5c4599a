import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type * as Ort from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import { describeAdapter } from './device.ts';
import type { Provider } from './engine.ts';
import { requestNodeDevice } from './node-gpu.ts';

/**
 * onnxruntime in Node: `cpu` of onnxruntime-node, `wasm` and `webgpu` of onnxruntime-web.
 * onnxruntime-node has a WebGPU provider too, but it asks for its own device, with subgroups, and its
 * flash attention is then wrong on SwiftShader (see device.ts); nor does it take our GPU buffers.
 */
export function openNodeBackend(provider: Provider): Promise<Backend> {
  if (provider === 'webgpu') return openWebGpu();
  return provider === 'wasm' ? openWasm() : openCpu();
}

async function openCpu(): Promise<Backend> {
  // The two packages share onnxruntime-common's types; only providers and `env` fields differ.
  const ort = (await import('onnxruntime-node')) as unknown as typeof Ort;
  ort.env.logLevel = 'error';
  return {
    ort,
    provider: 'cpu',
    build: 'node',
    device: undefined,
    executionProviders: ['cpu'],
    adapter: processor(),
    versions: { 'onnxruntime-node': ort.env.versions.node ?? 'unknown', node: process.version },
    dispose: () => {},
  };
}

async function openWasm(): Promise<Backend> {
  // The package's Node build: the browser bundles cannot count processors here.
  const ort = await import('onnxruntime-web');
  ort.env.logLevel = 'error';
  return {
    ort,
    provider: 'wasm',
    build: 'wasm',
    device: undefined,
    executionProviders: ['wasm'],
    adapter: `WebAssembly on ${processor()}`,
    versions: webVersions(ort),
    dispose: () => {},
  };
}

/** The asyncify build on Dawn: the tab's very path, kernels and shared buffers included. */
async function openWebGpu(): Promise<Backend> {
  const device = await requestNodeDevice();
  // Optimising the 27 MB of asyncify wasm takes Node 45 s of processor time, for code that only
  // orders the GPU's work; V8's baseline compiler needs less than one.
  setFlagsFromString('--liftoff-only');
  const ort = await import('onnxruntime-web/webgpu');
  // Said outright, because finding it out needs a CommonJS `require` that the bundle lacks in Node.
  ort.env.wasm.numThreads = 1;
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  ort.env.wasm.wasmPaths = `${pathToFileURL(folder).href}/`;
  ort.env.logLevel = 'error';
  return {
    ort,
    provider: 'webgpu',
    build: 'asyncify',
    device,
    executionProviders: [{ name: 'webgpu', device }],
    adapter: describeAdapter(device),
    versions: webVersions(ort),
    dispose: () => device.destroy(),
  };
}

function webVersions(ort: typeof Ort): Record<string, string> {
  return { 'onnxruntime-web': ort.env.versions.web ?? 'unknown', node: process.version };
}

function processor(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}`;
}
