/**
 * Converted models in the browser's own file system (OPFS), for a worker: writing is by synchronous
 * access handles, which pages do not have.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  type FileAppender,
  type ModelStore,
  requireEntryName,
  type Sha256,
  type StoredFiles,
  StoreFullError,
} from '../models/model-store.ts';

/** The folder below the root of the origin's file system. */
const FOLDER = 'models';

export class OpfsStore implements ModelStore {
  readonly place = "this browser's storage";
  private readonly root: FileSystemDirectoryHandle;

  private constructor(root: FileSystemDirectoryHandle) {
    this.root = root;
  }

  /** @throws a sentence where the browser keeps no files for this page. */
  static async open(): Promise<OpfsStore> {
    try {
      const root = await navigator.storage.getDirectory();
      return new OpfsStore(await root.getDirectoryHandle(FOLDER, { create: true }));
    } catch (error) {
      throw new Error(
        'This browser keeps no files for the page, as in a private window, so converted models cannot be stored. Open the page in an ordinary window.',
        { cause: error },
      );
    }
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const [name, handle] of this.root.entries())
      if (handle.kind === 'directory') names.push(name);
    return names;
  }

  files(entry: string): StoredFiles {
    requireEntryName(entry);
    const blob = async (path: string) => {
      const file = await this.file(entry, path);
      if (file) return file;
      throw new Error(`The converted model ${entry} has no file ${path}; convert it again.`);
    };
    return {
      blob,
      size: async (path) => (await this.file(entry, path))?.size,
      read: async (path, start = 0, end) => {
        const file = await blob(path);
        return new Uint8Array(await file.slice(start, end ?? file.size).arrayBuffer());
      },
    };
  }

  async create(entry: string, path: string): Promise<FileAppender> {
    requireEntryName(entry);
    return this.orFull(path, async () => {
      const [folders, name] = split(path);
      let folder = await this.root.getDirectoryHandle(entry, { create: true });
      for (const inner of folders)
        folder = await folder.getDirectoryHandle(inner, { create: true });
      const handle = await folder.getFileHandle(name, { create: true });
      const access = await handle.createSyncAccessHandle();
      access.truncate(0);
      return this.appender(path, access, () => folder.removeEntry(name));
    });
  }

  async removeFile(entry: string, path: string): Promise<void> {
    requireEntryName(entry);
    const [folders, name] = split(path);
    const folder = await this.folder(entry, folders);
    if (folder) await unlessMissing(folder.removeEntry(name));
  }

  async remove(entry: string): Promise<void> {
    requireEntryName(entry);
    await unlessMissing(this.root.removeEntry(entry, { recursive: true }));
  }

  async freeBytes(): Promise<number | undefined> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0));
  }

  /** In plain JavaScript, because the browser's own takes whole files alone. */
  sha256(): Sha256 {
    const hash = sha256.create();
    return {
      update: (bytes) => void hash.update(bytes),
      hex: () => bytesToHex(hash.digest()),
    };
  }

  private appender(
    path: string,
    access: FileSystemSyncAccessHandle,
    remove: () => Promise<void>,
  ): FileAppender {
    let at = 0;
    let open = true;
    return {
      write: (bytes) =>
        this.orFull(path, async () => {
          for (let written = 0; written < bytes.byteLength;) {
            const left = bytes.subarray(written);
            const count = access.write(left, { at });
            // A full disk throws, but in private windows Chromium (seen with 156) gives its error's
            // number instead: -8 read as unsigned, and nothing is written.
            if (count < 1 || count > left.byteLength)
              throw new DOMException('No space for the write.', 'QuotaExceededError');
            written += count;
            at += count;
          }
        }),
      close: () =>
        this.orFull(path, async () => {
          access.flush();
          open = false;
          access.close();
        }),
      abort: async () => {
        if (!open) return;
        open = false;
        access.close();
        await remove().catch(() => {});
      },
    };
  }

  private async file(entry: string, path: string): Promise<File | undefined> {
    const [folders, name] = split(path);
    const folder = await this.folder(entry, folders);
    const handle = folder && (await unlessMissing(folder.getFileHandle(name)));
    return handle?.getFile();
  }

  private async folder(
    entry: string,
    folders: readonly string[],
  ): Promise<FileSystemDirectoryHandle | undefined> {
    let folder = await unlessMissing(this.root.getDirectoryHandle(entry));
    for (const name of folders)
      folder = folder && (await unlessMissing(folder.getDirectoryHandle(name)));
    return folder;
  }

  private async orFull<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      throw new StoreFullError(this.place, path, { cause: error });
    }
  }
}

function split(path: string): [folders: string[], name: string] {
  const names = path.split('/');
  return [names.slice(0, -1), names.at(-1)!];
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: DOMException) => {
    if (error.name === 'NotFoundError' || error.name === 'TypeMismatchError') return undefined;
    throw error;
  });
}
