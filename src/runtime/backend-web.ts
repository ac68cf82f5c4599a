import type * as Ort from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import { describeAdapter, requestDevice } from './device.ts';

/**
 * onnxruntime-web in a tab or a worker. Its builds are separate modules and only the chosen one is
 * loaded. Their `.mjs` and `.wasm` files must be served under `ortFolder` by their own names
 * (`ort-wasm-simd-threaded[.jspi|.asyncify].{mjs,wasm}`), from our own origin: left to itself the
 * library would look beside its bundle.
 */
export interface WebBackendOptions {
  readonly provider: 'webgpu' | 'wasm';
  /** Absolute URL, ending in a slash. */
  readonly ortFolder: string;
  /** Stays the caller's. Left out: one is asked for, and destroyed with the backend. */
  readonly device?: GPUDevice | undefined;
  /** Takes the asyncify build even where the browser has JSPI. */
  readonly withoutJspi?: boolean | undefined;
}

/** JSPI lets wasm await GPU work; without it the asyncify build does so, larger and slower. */
export function hasJspi(): boolean {
  return 'Suspending' in WebAssembly;
}

/** @throws NoWebGpuError; Error when the wasm files cannot be loaded. */
export async function openWebBackend(options: WebBackendOptions): Promise<Backend> {
  const { provider, ortFolder } = options;
  const build =
    provider === 'wasm' ? 'wasm' : hasJspi() && !options.withoutJspi ? 'jspi' : 'asyncify';
  // The device comes first: without WebGPU nothing of the 17 MB build need be loaded.
  const ownDevice = provider === 'webgpu' && !options.device ? await requestDevice() : undefined;
  const device = provider === 'webgpu' ? (options.device ?? ownDevice) : undefined;
  const ort = await importBuild(build);
  ort.env.wasm.wasmPaths = ortFolder;
  ort.env.logLevel = 'error';
  return {
    ort,
    provider,
    build,
    device,
    executionProviders: device ? [{ name: 'webgpu', device }] : ['wasm'],
    adapter: device ? describeAdapter(device) : `WebAssembly on ${navigator.userAgent}`,
    versions: { 'onnxruntime-web': ort.env.versions.web ?? 'unknown' },
    dispose: () => ownDevice?.destroy(),
  };
}

function importBuild(build: 'jspi' | 'asyncify' | 'wasm'): Promise<typeof Ort> {
  if (build === 'jspi') return import('onnxruntime-web/jspi');
  if (build === 'asyncify') return import('onnxruntime-web/webgpu');
  return import('onnxruntime-web/wasm');
}
