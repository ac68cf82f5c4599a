/** Where models and data sets lie: next to the sources, whatever folder the command runs in. */
import { access, constants, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, join, resolve } from 'node:path';
import { type CatalogueModel, parseCatalogue } from '../protocol/catalogue.ts';
import { CommandError } from './failure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What comes with the workbench. */
export const PUBLIC = join(ROOT, 'public');

/** The file that lists the known models. */
export const CATALOGUE = join(ROOT, 'models.json');

/** Facts of published checkpoints, a folder for each. */
export const PUBLISHED = join(ROOT, 'data/published');

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

/** Whether a folder holds nothing. */
export async function isEmptyFolder(path: string): Promise<boolean> {
  return (await readdir(path)).length === 0;
}

/** The rows of models.json. */
export async function knownModels(): Promise<CatalogueModel[]> {
  return parseCatalogue(await readFile(CATALOGUE, 'utf8'));
}

/**
 * A model's folder from its id in models.json, or from a path.
 * @throws a sentence with the known ids when it is neither
 */
export async function findModel(nameOrFolder: string): Promise<ModelPlace> {
  const models = await knownModels();
  const row = models.find((model) => model.id === nameOrFolder);
  if (row?.path) return { name: row.id, folder: join(PUBLIC, row.path) };
  const folder = resolve(nameOrFolder);
  if (await isFolder(folder)) return { name: nameOrFolder, folder };
  if (row)
    throw new CommandError(
      `The model ${row.id} is not on this machine. Convert it first, with convert --model ${row.id} --format q4 --out and a folder, and give that folder as --model.`,
    );
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

/**
 * Makes a folder with its parents, and checks that files can be written there before any work is done.
 * @param option what the person gave it with, for messages
 * @throws a sentence when it cannot be made or written to
 */
export async function makeFolder(folder: string, option: string): Promise<void> {
  const nearest = await nearestExisting(resolve(folder));
  if (!(await isFolder(nearest))) {
    throw new CommandError(
      `${folder} should be a folder, but ${nearest} is a file. Choose another ${option}.`,
    );
  }
  // Asked for first: in some places (/proc) a recursive mkdir never comes back.
  const failed = (error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `The folder ${folder} cannot be written to (${error.code ?? error.message}). Choose another ${option}.`,
    );
  };
  await access(nearest, constants.W_OK).catch(failed);
  if (nearest === resolve(folder)) return;
  const made = [];
  for (let path = resolve(folder); path !== nearest; path = dirname(path)) made.unshift(path);
  for (const path of made) await mkdir(path).catch(failed);
}

async function nearestExisting(path: string): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there || path === dirname(path) ? path : nearestExisting(dirname(path));
}
