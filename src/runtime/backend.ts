import type * as Ort from 'onnxruntime-web';
import type { Provider } from './engine.ts';

/** One loaded onnxruntime with the provider that its sessions use. */
export interface Backend {
  readonly ort: typeof Ort;
  readonly provider: Provider;
  readonly executionProviders: readonly Ort.InferenceSession.ExecutionProviderConfig[];
  /** `node`, `jspi`, `asyncify` or `wasm`. */
  readonly build: string;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  /**
   * The device that sessions share with our kernels: tensors then stay in its buffers. Undefined
   * where tensors are handed over in CPU memory.
   */
  readonly device: GPUDevice | undefined;
  /** Releases what the backend asked for itself (a device that was handed in stays the caller's). */
  dispose(): void;
}
