/** Converted models of a store as a person knows them, and the way from a checkpoint to one. */
import { openCheckpoint, type FileSource } from '../models/checkpoint.ts';
import { convertModel, type ConvertProgress } from '../models/convert.ts';
import { describeFormats, parseFormats } from '../models/formats.ts';
import { checkEntry, type ModelStore } from '../models/model-store.ts';
import { storedBytes, type StoredManifest } from '../models/stored-manifest.ts';

/** Who a model's weights are. */
export interface ModelIdentity {
  /** `owner/name`, or a folder's name. */
  readonly repository: string;
  /** A commit; `local` for a folder. */
  readonly revision: string;
}

export interface StoredModel extends ModelIdentity {
  readonly entry: string;
  /** Like `q4`. */
  readonly format: string;
  readonly bytes: number;
  /** Why it cannot be loaded, as a sentence. */
  readonly problem: string | undefined;
}

const LOCAL = 'local';
const COMMIT = /^[0-9a-f]{40}$/;

/** All entries of a store, by name; of broken ones little is known. */
export async function listStoredModels(store: ModelStore): Promise<StoredModel[]> {
  const names = await store.list();
  return Promise.all(names.sort().map((entry) => describeEntry(store, entry)));
}

async function describeEntry(store: ModelStore, entry: string): Promise<StoredModel> {
  const state = await checkEntry(store, entry, 'none');
  if (state.kind === 'whole') {
    const { source, formats } = state.manifest;
    const { repository, revision } = source;
    const bytes = storedBytes(state.manifest);
    return {
      entry,
      repository,
      revision,
      format: describeFormats(formats),
      bytes,
      problem: undefined,
    };
  }
  const problem = state.kind === 'broken' ? state.problem : `The converted model ${entry} is gone.`;
  return { entry, repository: entry, revision: '', format: '', bytes: 0, problem };
}

export interface PrepareOptions extends ModelIdentity {
  readonly source: FileSource;
  readonly store: ModelStore;
  /** A text of `parseFormats`, like `q4`. */
  readonly format: string;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The whole entry of a model in a format: the one that is there, or one that is converted now. A model
 * with a commit is found by it, without a look at the source; a folder's by what its files are. What is
 * broken is rebuilt, what was cancelled goes on with the first graph that is not finished.
 */
export async function prepareStored(options: PrepareOptions): Promise<string> {
  const { source, store, repository, revision, format, onProgress, signal } = options;
  const formats = parseFormats(format);
  const entry = `${repository.replaceAll(/[^\w.-]/g, '--')}@${revision.slice(0, 12)}-${describeFormats(formats)}`;
  const state = await checkEntry(store, entry, 'once');
  const found = state.kind === 'whole' ? state.manifest : undefined;
  if (found && COMMIT.test(revision) && isOf(found, { repository, revision })) return entry;
  const checkpoint = await openCheckpoint(source);
  if (found?.source.identity === (await checkpoint.identity())) return entry;
  await convertModel({
    checkpoint,
    source: { repository, revision },
    formats,
    store,
    entry,
    onProgress,
    signal,
    resumable: true,
  });
  return entry;
}

function isOf({ source }: StoredManifest, { repository, revision }: ModelIdentity): boolean {
  return source.repository === repository && source.revision === revision;
}

/** The identity of a model in a folder of that name. */
export function localIdentity(folder: string): ModelIdentity {
  return { repository: folder, revision: LOCAL };
}

/** The model of an entry. @throws a sentence where it is not whole */
export async function identityOf(store: ModelStore, entry: string): Promise<ModelIdentity> {
  const state = await checkEntry(store, entry, 'none');
  if (state.kind === 'whole') return state.manifest.source;
  if (state.kind === 'broken')
    throw new Error(`${state.problem} Load it from its source again, or remove it.`);
  throw new Error(`There is no converted model ${entry} any more; load it from its source again.`);
}
