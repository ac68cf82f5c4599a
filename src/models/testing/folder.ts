import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/tensor.ts';
import type { FileSource } from '../checkpoint.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder of the repository as a file source; files in `replaced` stand in front of it (null: missing). */
export function folderSource(
  folder: string,
  replaced: Readonly<Record<string, Uint8Array | null>> = {},
): FileSource {
  const path = (file: string) => join(ROOT, folder, file);
  return {
    size: async (file) => {
      const replacement = replaced[file];
      if (replacement !== undefined) return replacement?.byteLength;
      return stat(path(file)).then(
        (entry) => entry.size,
        () => undefined,
      );
    },
    read: async (file, start = 0, end) =>
      new Uint8Array(replaced[file] ?? (await readFile(path(file)))).subarray(start, end),
  };
}

/** The two files of a golden case (see tools/golden/make_goldens.py). */
export async function readGoldenCase(
  name: string,
): Promise<{ inputs: Map<string, HostTensor>; golden: Map<string, HostTensor> }> {
  const read = async (file: string) => {
    const path = join('fixtures/golden', name, file);
    return readSafetensors(path, new Uint8Array(await readFile(join(ROOT, path))));
  };
  return { inputs: await read('in.safetensors'), golden: await read('golden.safetensors') };
}
