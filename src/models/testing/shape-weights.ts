/** Published checkpoints by their facts: names and shapes, no weights. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DType } from '../../tensor/tensor.ts';
import type { Checkpoint, TensorInfo } from '../checkpoint.ts';
import type { Weights } from '../weights.ts';
import { ROOT } from './folder.ts';

export const PUBLISHED = 'fixtures/published';

/** A line of `tensors.json`; `{layer}` in a name stands for 0 … count − 1. */
interface TensorLine {
  readonly name: string;
  readonly count?: number;
  readonly shape: readonly number[];
}

interface TensorFile {
  readonly dtype: 'BF16' | 'F16';
  readonly count: number;
  readonly tensors: readonly TensorLine[];
}

/** The folders of `fixtures/published`. */
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
  const tensors = expanded((await readJson('tensors.json')) as unknown as TensorFile);
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
    weightHash: noHash,
    settingsHash: noHash,
    unread: () => [...tensors.keys()].filter((name) => !read.has(name)),
  };
}

/** Weights of a shape checkpoint: transposing changes the shape alone, and takes no memory. */
export function shapeWeights(weights: Weights): Weights {
  return {
    ...weights,
    readTransposed: async (part, name, outputs, inputs) => ({
      ...(await weights.read(part, name, [outputs, inputs])),
      shape: [inputs, outputs],
    }),
  };
}

function expanded({ dtype, count, tensors }: TensorFile): Map<string, TensorInfo> {
  const type: DType = dtype === 'BF16' ? 'bfloat16' : 'float16';
  const all = new Map<string, TensorInfo>();
  for (const { name, count: layers, shape } of tensors)
    for (let layer = 0; layer < (layers ?? 1); layer++)
      all.set(name.replace('{layer}', String(layer)), { dtype: type, shape });
  if (all.size !== count)
    throw new Error(`tensors.json counts ${count} tensors, but its lines make ${all.size}.`);
  return all;
}
