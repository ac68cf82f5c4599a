import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StoredFiles } from '../models/model-store.ts';

/** A model folder on disk, for Node. */
export class FolderSource implements StoredFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async size(path: string): Promise<number | undefined> {
    try {
      const found = await stat(join(this.folder, path));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  absolutePath(path: string): string {
    return resolve(this.folder, path);
  }

  async read(path: string, start = 0, end?: number): Promise<Uint8Array> {
    const size = await this.size(path);
    if (size === undefined)
      throw new Error(
        `The folder ${this.folder} has no file ${path}; add it, or name another folder.`,
      );
    const file = await open(join(this.folder, path));
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(end ?? size, size) - start));
      // One read gives at most 2 GiB.
      for (let at = 0; at < bytes.length;) {
        const length = Math.min(bytes.length - at, 2 ** 30);
        const { bytesRead } = await file.read(bytes, at, length, start + at);
        if (bytesRead === 0)
          throw new Error(`${path} ended while it was read; is it being written?`);
        at += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  }
}
