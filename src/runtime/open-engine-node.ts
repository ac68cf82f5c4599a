import { openNodeBackend } from './backend-node.ts';
import type { Provider } from './engine.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngineOn, type OpenModelOptions } from './open-engine.ts';

export interface OpenNodeEngineOptions extends OpenModelOptions {
  readonly provider: Provider;
}

/** Opens an engine in a Node process. */
export async function openEngine(options: OpenNodeEngineOptions): Promise<RuntimeEngine> {
  return openEngineOn(await openNodeBackend(options.provider), options);
}
