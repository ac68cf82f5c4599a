/** Where models and data sets lie: next to the sources, whatever folder the command runs in. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { CommandError } from './failure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PUBLIC = join(ROOT, 'public');

interface ModelRow {
  readonly id: string;
  /** Folder below public/; null for a model that is only downloaded. */
  readonly path: string | null;
}

/** A model found on disk. */
export interface ModelPlace {
  readonly name: string;
  readonly folder: string;
}

/** Whether a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * A model's folder from its id in models.json, or from a path.
 * @throws a sentence with the known ids when it is neither
 */
export async function findModel(nameOrFolder: string): Promise<ModelPlace> {
  const text = await readFile(join(ROOT, 'models.json'), 'utf8');
  const { models } = JSON.parse(text) as { models: readonly ModelRow[] };
  const row = models.find((model) => model.id === nameOrFolder);
  if (row?.path) return { name: row.id, folder: join(PUBLIC, row.path) };
  const folder = resolve(nameOrFolder);
  if (await isFolder(folder)) return { name: nameOrFolder, folder };
  const known = models.map((model) => model.id).join(', ');
  throw new CommandError(
    `There is no model "${nameOrFolder}": it is neither a folder nor one of the known models (${known}). Check --model.`,
  );
}

/**
 * A data set's folder from its name under public/data, or from a path.
 * @throws a sentence when it is neither
 */
export async function findDatasetFolder(nameOrFolder: string): Promise<string> {
  const named = join(PUBLIC, 'data', nameOrFolder);
  if (/^[\w.-]+$/.test(nameOrFolder) && (await isFolder(named))) return named;
  const folder = resolve(nameOrFolder);
  if (await isFolder(folder)) return folder;
  throw new CommandError(
    `There is no data set "${nameOrFolder}": it is neither a folder nor one that comes with the workbench (emoji-probe). Check --dataset.`,
  );
}
