/** Converted models on disk, for Node: each a folder below one folder. */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type FileAppender,
  type ModelStore,
  requireEntryName,
  type Sha256,
  type StoredFiles,
  StoreFullError,
} from '../models/model-store.ts';
import { FolderSource } from './folder-source.ts';

/** Of a device, a quota, and a limit on the size of files. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export class FolderStore implements ModelStore {
  readonly place: string;
  private readonly folder: string;

  /** `folder` need not be there yet. */
  constructor(folder: string) {
    this.folder = folder;
    this.place = `the folder ${folder}`;
  }

  async list(): Promise<string[]> {
    const entries = await unlessMissing(readdir(this.folder, { withFileTypes: true }), []);
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  }

  files(entry: string): StoredFiles {
    return new FolderSource(this.entryFolder(entry));
  }

  async create(entry: string, path: string): Promise<FileAppender> {
    const place = join(this.entryFolder(entry), path);
    return this.orFull(path, async () => {
      await mkdir(dirname(place), { recursive: true });
      const file = await open(place, 'w');
      let closed = false;
      return {
        write: (bytes) => this.orFull(path, () => writeAll(file, bytes)),
        close: () =>
          this.orFull(path, async () => {
            await file.sync();
            closed = true;
            await file.close();
          }),
        abort: async () => {
          if (closed) return;
          closed = true;
          await file.close().catch(() => {});
          await rm(place, { force: true }).catch(() => {});
        },
      };
    });
  }

  async removeFile(entry: string, path: string): Promise<void> {
    await rm(join(this.entryFolder(entry), path), { force: true });
  }

  async remove(entry: string): Promise<void> {
    await rm(this.entryFolder(entry), { recursive: true, force: true });
  }

  async freeBytes(): Promise<number | undefined> {
    for (let folder = this.folder; ; folder = dirname(folder)) {
      const found = await unlessMissing(statfs(folder), undefined);
      if (found) return found.bavail * found.bsize;
      if (folder === dirname(folder)) return undefined;
    }
  }

  sha256(): Sha256 {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  }

  private entryFolder(entry: string): string {
    requireEntryName(entry);
    return join(this.folder, entry);
  }

  private async orFull<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!NO_ROOM.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      throw new StoreFullError(this.place, path, { cause: error });
    }
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  // A write may take a part of what it is given.
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at);
    at += bytesWritten;
  }
}

async function unlessMissing<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  return promise.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return otherwise;
    throw error;
  });
}
