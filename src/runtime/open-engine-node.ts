import { basename, dirname } from 'node:path';
import { MANIFEST } from '../models/stored-manifest.ts';
import { openNodeBackend } from './backend-node.ts';
import type { Provider } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngineOn, type OpenModelOptions, openStoredEngineOn } from './open-engine.ts';

export interface OpenNodeEngineOptions extends OpenModelOptions {
  readonly provider: Provider;
}

/** Opens an engine in a Node process, of a checkpoint or of a folder that holds a converted model. */
export async function openEngine(options: OpenNodeEngineOptions): Promise<RuntimeEngine> {
  const { source, provider } = options;
  if (source instanceof FolderSource && (await source.size(MANIFEST)) !== undefined) {
    const folder = source.absolutePath('.');
    const place = { store: new FolderStore(dirname(folder)), entry: basename(folder) };
    return openStoredEngineOn(await openNodeBackend(provider), { ...options, ...place });
  }
  return openEngineOn(await openNodeBackend(provider), options);
}
