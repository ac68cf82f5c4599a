/** From where a model comes to a function that opens it, as often as a device is lost. */
import type { LoadRequest, Machine, WantedProvider } from '../protocol/workbench.ts';
import { WASM_LIMITS } from '../protocol/catalogue.ts';
import type { WantedCompute } from '../runtime/compute-choice.ts';
import { adapterLimits } from '../runtime/device.ts';
import { HubSource } from '../runtime/hub-source.ts';
import type { RuntimeEngine } from '../runtime/model-engine.ts';
import { openEngine, openStoredEngine, type WebPlace } from '../runtime/open-engine-web.ts';
import { OpfsStore } from '../runtime/opfs-store.ts';
import { PickedFolderSource } from '../runtime/picked-folder.ts';
import {
  identityOf,
  listStoredModels,
  localIdentity,
  prepareStored,
  type PrepareOptions,
} from '../runtime/stored-models.ts';
import { UrlSource } from '../runtime/url-source.ts';
import type { DownloadMeter } from './download-meter.ts';

/** Where and how an engine is opened; the model is known. */
export interface OpeningOptions extends WebPlace {
  readonly compute: WantedCompute;
  readonly onProgress: (step: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A model whose files are at hand. */
export interface PreparedModel {
  /** The entry of a converted model. */
  readonly entry?: string;
  open(options: OpeningOptions): Promise<RuntimeEngine>;
}

/**
 * Brings a model's files to where an engine can be opened of them: those of a hub or a folder are
 * converted into the browser's storage, unless they are there. @throws a sentence
 */
export async function prepareModel(
  { model, place }: LoadRequest,
  meter: DownloadMeter,
  signal: AbortSignal,
): Promise<PreparedModel> {
  const onProgress = (progress: Parameters<DownloadMeter['add']>[0]) => meter.add(progress);
  if (place.kind === 'page') {
    const source = new UrlSource(place.url, { signal, onProgress });
    return {
      open: (options) =>
        openEngine({ ...options, source, name: model }).catch((error: Error) => {
          throw withAddress(error, source);
        }),
    };
  }
  const store = await OpfsStore.open();
  if (place.kind === 'stored') return storedModel(store, place.entry, model);
  meter.begin('Reading the list of weights');
  const common: Pick<PrepareOptions, 'store' | 'format' | 'signal' | 'onProgress'> = {
    store,
    format: place.format,
    signal,
    onProgress: (progress) => meter.convert(progress),
  };
  if (place.kind === 'folder') {
    const source = new PickedFolderSource(place.folder);
    const entry = await prepareStored({ ...common, ...localIdentity(place.name), source });
    return storedModel(store, entry, model);
  }
  const { repository, revision, token, hub } = place;
  const source = new HubSource({ repository, revision, token, hub, signal, onProgress });
  const entry = await prepareStored({ ...common, repository, revision, source });
  return storedModel(store, entry, model);
}

async function storedModel(store: OpfsStore, entry: string, name: string): Promise<PreparedModel> {
  const { revision } = await identityOf(store, entry);
  return {
    entry,
    open: (options) => openStoredEngine({ ...options, store, entry, name, revision }),
  };
}

/** What models have to fit into on a provider, and what is kept. */
export async function describeMachine(provider: WantedProvider): Promise<Machine> {
  const limits = (provider === 'webgpu' && (await adapterLimits())) || WASM_LIMITS;
  try {
    const store = await OpfsStore.open();
    const [kept, freeBytes] = await Promise.all([listStoredModels(store), store.freeBytes()]);
    return { limits, kept, freeBytes, storageProblem: undefined };
  } catch (error) {
    const storageProblem = (error as Error).message;
    return { limits, kept: [], freeBytes: undefined, storageProblem };
  }
}

/** Removes a converted model from the browser's storage. */
export async function removeKeptModel(entry: string): Promise<void> {
  await (await OpfsStore.open()).remove(entry);
}

/** A sentence about a file that is not there, with its address and the server's answer before it. */
function withAddress(error: Error, source: UrlSource): Error {
  const file = source.missing().find(({ path }) => error.message.includes(path));
  if (file === undefined) return error;
  const answer = file.status === 404 ? 'status 404 (not found)' : 'a web page instead of the file';
  return new Error(`${file.url} was answered with ${answer}. ${error.message}`, { cause: error });
}
