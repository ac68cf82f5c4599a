import { openWebBackend } from './backend-web.ts';
import type { RuntimeEngine } from './model-engine.ts';
import {
  openEngineOn,
  type OpenModelOptions,
  openStoredEngineOn,
  type OpenStoredOptions,
} from './open-engine.ts';

/** Where and on what an engine runs. */
export interface WebPlace {
  readonly provider: 'webgpu' | 'wasm';
  /** A device to share; it stays the caller's. */
  readonly device?: GPUDevice | undefined;
  /** Absolute URL of the folder that serves onnxruntime's files, see `openWebBackend`. */
  readonly ortFolder: string;
  readonly withoutJspi?: boolean | undefined;
}

export interface OpenWebEngineOptions extends OpenModelOptions, WebPlace {}

/** Opens an engine in a tab or, better, in a worker. @throws NoWebGpuError where there is no WebGPU. */
export async function openEngine(options: OpenWebEngineOptions): Promise<RuntimeEngine> {
  return openEngineOn(await openWebBackend(options), options);
}

/** The same of a converted model. */
export async function openStoredEngine(
  options: OpenStoredOptions & WebPlace,
): Promise<RuntimeEngine> {
  return openStoredEngineOn(await openWebBackend(options), options);
}
