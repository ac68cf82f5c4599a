/** Published checkpoints by their facts: names and shapes, no weights. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, TensorInfo } from '../checkpoint.ts';
import { expandTensors, type TensorTable } from '../published.ts';
import { ROOT } from './folder.ts';

export const PUBLISHED = 'data/published';

/** The folders of `data/published`. */
export async function publishedFolders(): Promise<string[]> {
  const entries = await readdir(join(ROOT, PUBLISHED), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/**
 * A checkpoint whose tensors have the published names, types and shapes, but no elements: every read
 * gives float32 data of length 0. `unread` are the names that nobody has read so far.
 */
export async function shapeCheckpoint(
  folder: string,
): Promise<Checkpoint & { unread(): string[] }> {
  const path = (file: string) => join(ROOT, PUBLISHED, folder, file);
  const readText = (file: string) => readFile(path(file), 'utf8');
  const readJson = async (file: string) =>
    JSON.parse(await readText(file)) as Record<string, unknown>;
  const tensors = expandTensors((await readJson('tensors.json')) as unknown as TensorTable);
  const read = new Set<string>();
  const noHash = () => Promise.reject(new Error(`${folder} has no weights that could be hashed.`));
  return {
    tensors,
    readText,
    readJson,
    has: (file) =>
      stat(path(file)).then(
        () => true,
        () => false,
      ),
    readTensor: (name) => {
      read.add(name);
      const { shape } = tensors.get(name) as TensorInfo;
      return Promise.resolve({ dtype: 'float32', shape, data: new Float32Array() });
    },
    lazyTensor: (name) => {
      read.add(name);
      const chunks = () => {
        throw new Error(`${name} of ${folder} has no elements.`);
      };
      return { ...(tensors.get(name) as TensorInfo), chunks };
    },
    weightHash: noHash,
    identity: noHash,
    settingsHash: noHash,
    unread: () => [...tensors.keys()].filter((name) => !read.has(name)),
  };
}
