/** Where `convert` reads a checkpoint from: a folder on the disk, or a repository of the hub. */
import { join, resolve } from 'node:path';
import type { FileSource } from '../models/checkpoint.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { HUGGING_FACE, HubSource } from '../runtime/hub-source.ts';
import { CommandError } from './failure.ts';
import { isFolder, knownModels, PUBLIC } from './places.ts';

/** A checkpoint's files. */
export interface OpenedPlace {
  readonly source: FileSource;
  /** The repository's commit, or `local`. */
  readonly revision: string;
}

export interface CheckpointPlace {
  /** `owner/name` of a repository, or what the person called the folder. */
  readonly name: string;
  /** Absolute; undefined for a repository. */
  readonly folder: string | undefined;
  /** What to tell the person before anything is downloaded; undefined for a folder. */
  readonly notice: string | undefined;
  /** @throws a sentence where the hub refuses, or `signal` aborts */
  open(signal: AbortSignal): Promise<OpenedPlace>;
}

/** `owner/name`; a path that begins with a dot is none. */
const REPOSITORY = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** The person's own token is read from here, and kept nowhere. */
const TOKEN_VARIABLE = 'HF_TOKEN';

/**
 * A model that comes with the workbench, else a folder, else the repository of an id of models.json,
 * else a repository of the hub. @throws a sentence where it can be none of them
 */
export async function findCheckpoint(given: string): Promise<CheckpointPlace> {
  const models = await knownModels();
  const row = models.find(({ id, repository }) => id === given || repository === given);
  if (row?.path) return folderPlace(row.id, join(PUBLIC, row.path));
  const folder = resolve(given);
  if (await isFolder(folder)) return folderPlace(given, folder);
  if (row?.repository) return hubPlace(given, row.repository, row.revision ?? 'main');
  if (REPOSITORY.test(given)) return hubPlace(given, given, 'main');
  const known = models.map((model) => model.id).join(', ');
  throw new CommandError(
    `There is no model "${given}": it is neither a folder, nor one of the known models (${known}), nor the name of a repository like Qwen/Qwen2.5-VL-3B-Instruct. Check --model.`,
  );
}

function folderPlace(name: string, folder: string): CheckpointPlace {
  const opened = { source: new FolderSource(folder), revision: 'local' };
  return { name, folder, notice: undefined, open: async () => opened };
}

/** `main` is pinned to its commit by the hub's own answer. */
function hubPlace(given: string, repository: string, revision: string): CheckpointPlace {
  const hub = process.env['BAPA_HUB']?.split(' ')[0] || HUGGING_FACE;
  const token = process.env[TOKEN_VARIABLE] || undefined;
  const withToken = token === undefined ? '' : `, with the token of ${TOKEN_VARIABLE}`;
  return {
    name: repository,
    folder: undefined,
    notice: `There is no folder ${given} here: reading ${repository} from ${hub}${withToken}.`,
    open: async (signal) => {
      const source = new HubSource({
        repository,
        revision,
        hub,
        token,
        signal,
        giveToken: `put it into the environment variable ${TOKEN_VARIABLE}`,
      });
      return { source, revision: await source.commit() };
    },
  };
}
