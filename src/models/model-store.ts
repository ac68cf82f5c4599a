/**
 * A place that keeps converted models: a folder of files for each, an entry. What a place has to offer
 * is `ModelStore`; `writeEntry` and `checkEntry` are the same for all places.
 */
import type { FileSource } from './checkpoint.ts';
import {
  MANIFEST,
  parseManifest,
  storedBytes,
  type StoredFile,
  type StoredManifest,
} from './stored-manifest.ts';

/** A SHA-256 that takes its bytes piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The hash of all that came, hexadecimal. Once. */
  hex(): string;
}

/** A file that is being written from its beginning to its end. */
export interface FileAppender {
  /** Appends; may not keep `bytes` once its promise is settled. @throws StoreFullError */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the file is whole and, where the place can tell, on the device. */
  close(): Promise<void>;
  /** Gives up and removes the file. Does not throw; does nothing once closed. */
  abort(): Promise<void>;
}

/** An entry's files, and the ways in which onnxruntime takes large ones without our reading them. */
export interface StoredFiles extends FileSource {
  /** In Node: where the file lies on the disk. */
  absolutePath?(path: string): string;
  /** In a tab: the file, its bytes not read yet. */
  blob?(path: string): Promise<Blob>;
}

/**
 * Entry names are those of folders (`requireEntryName`). Paths are relative to the entry, with `/`
 * between folders.
 */
export interface ModelStore {
  /** What sentences call the place, as in "there is no room in …". */
  readonly place: string;
  /** Names of all entries, finished or not. */
  list(): Promise<string[]>;
  /** Files of an entry by byte ranges; `size` is undefined for all where there is no entry. */
  files(entry: string): StoredFiles;
  /** Begins a file, in the place of one that has this path; makes entry and folders. */
  create(entry: string, path: string): Promise<FileAppender>;
  /** Removes one file; nothing happens where there is none. */
  removeFile(entry: string, path: string): Promise<void>;
  /** Removes an entry with all its files; nothing happens where there is none. */
  remove(entry: string): Promise<void>;
  /** Bytes that can still be written; undefined where the place does not tell. */
  freeBytes(): Promise<number | undefined>;
  sha256(): Sha256;
}

/** The place has no room for more. Its message is a sentence for a person. */
export class StoreFullError extends Error {
  override name = 'StoreFullError';

  constructor(place: string, path: string, options?: ErrorOptions) {
    super(
      `There is no room for ${path} in ${place}: free some space, or choose another place; what was written of the model is removed.`,
      options,
    );
  }
}

/** There is less room than a model will take; nothing was written. */
export class NotEnoughRoomError extends Error {
  override name = 'NotEnoughRoomError';

  constructor(place: string, needed: number, free: number) {
    super(
      `The converted model needs ${gibibytes(needed)} in ${place}, but ${gibibytes(free)} are free: free some space, choose another place or a smaller format.`,
    );
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

const ENTRY_NAME = /^(?!\.{1,2}$)[^/\\]+$/;

/** @throws a sentence where a store would not take the name. */
export function requireEntryName(name: string): void {
  if (ENTRY_NAME.test(name)) return;
  throw new Error(
    `A stored model's name should be the name of one folder, but "${name}" was given.`,
  );
}

/** What is known of an entry before it is used. */
export type EntryState =
  | { readonly kind: 'missing' }
  /** It has no manifest, as one that was begun and never finished, or was damaged since; `problem` is a sentence. */
  | { readonly kind: 'broken'; readonly problem: string; readonly unfinished: boolean }
  | { readonly kind: 'whole'; readonly manifest: StoredManifest };

/** Remembers the manifest whose files' hashes were found right. */
const CHECKED = 'hashes-checked';

const READ_BYTES = 8 * 2 ** 20;

/** Room for graphs and settings beside the weights. */
const BESIDE_WEIGHTS = 64 * 2 ** 20;

/**
 * Looks at an entry: the manifest and every file's size always; every byte with `hashes` `'all'`, and
 * with `'once'` unless that was done since the entry was written.
 */
export async function checkEntry(
  store: ModelStore,
  entry: string,
  hashes: 'none' | 'once' | 'all',
  onProgress: (bytes: number) => void = () => {},
): Promise<EntryState> {
  const files = store.files(entry);
  if ((await files.size(MANIFEST)) === undefined) return withoutManifest(store, entry);
  let manifest: StoredManifest;
  let text: string;
  try {
    text = new TextDecoder().decode(await files.read(MANIFEST));
    manifest = parseManifest(text);
  } catch (error) {
    return broken(entry, error instanceof Error ? error.message : String(error));
  }
  for (const [path, { bytes }] of Object.entries(manifest.files)) {
    const size = await files.size(path);
    if (size !== bytes)
      return broken(entry, `${path} should have ${bytes} bytes, but ${found(size)}.`);
  }
  if (hashes === 'none') return { kind: 'whole', manifest };
  const own = hashOf(store, new TextEncoder().encode(text));
  if (hashes === 'once' && (await readIfThere(files, CHECKED)) === own)
    return { kind: 'whole', manifest };
  for (const [path, { sha256 }] of Object.entries(manifest.files)) {
    const actual = await hashFile(store, files, path, onProgress);
    if (actual !== sha256) {
      await store.removeFile(entry, CHECKED);
      return broken(entry, `${path} is not what was written: its SHA-256 is ${actual}.`);
    }
  }
  await remember(store, entry, own);
  return { kind: 'whole', manifest };
}

/** What the callback of `writeEntry` writes files with. */
export interface EntryWriter {
  /** Writes one file, in pieces; `produce` is handed where they go. */
  file(path: string, produce: (sink: Pick<FileAppender, 'write'>) => Promise<void>): Promise<void>;
  /** Takes files over that an earlier attempt finished. False where one of them has to be written. */
  keep(paths: readonly string[]): boolean;
}

/** Names what an unfinished entry is of, and its finished files. */
const UNFINISHED = 'unfinished.json';

interface Unfinished {
  readonly key: string;
  readonly files: Readonly<Record<string, StoredFile>>;
}

/**
 * Makes an entry, in the place of one that has this name: removes that, has `fill` write the files, and
 * writes the manifest after them. When anything fails, nothing of the entry is left.
 *
 * With a `resumeKey`, which names what is written down to the byte, files that were finished stay after
 * any failure but a full place, and another call with the same key may keep them.
 */
export async function writeEntry(
  store: ModelStore,
  entry: string,
  fill: (writer: EntryWriter) => Promise<Omit<StoredManifest, 'files'>>,
  resumeKey?: string,
): Promise<StoredManifest> {
  requireEntryName(entry);
  const before = resumeKey === undefined ? {} : await finishedFiles(store, entry, resumeKey);
  if (Object.keys(before).length === 0) await store.remove(entry);
  try {
    const files: Record<string, StoredFile> = {};
    const rest = await fill({
      file: async (path, produce) => {
        files[path] = await writeFile(store, entry, path, produce);
        if (resumeKey !== undefined) await note(store, entry, { key: resumeKey, files });
      },
      keep: (paths) => {
        if (!paths.every((path) => Object.hasOwn(before, path))) return false;
        for (const path of paths) files[path] = before[path]!;
        return true;
      },
    });
    const manifest: StoredManifest = { ...rest, files };
    const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(store, entry, MANIFEST, (sink) => sink.write(text));
    await store.removeFile(entry, UNFINISHED).catch(() => {});
    return manifest;
  } catch (error) {
    // Without its manifest first, so that what a failing removal leaves does not look whole.
    await store.removeFile(entry, MANIFEST).catch(() => {});
    if (resumeKey === undefined || error instanceof StoreFullError)
      await store.remove(entry).catch(() => {});
    throw error;
  }
}

/** Files that an unfinished entry of the key has in their full size. */
async function finishedFiles(
  store: ModelStore,
  entry: string,
  key: string,
): Promise<Record<string, StoredFile>> {
  const files = store.files(entry);
  if ((await files.size(MANIFEST)) !== undefined) return {};
  const text = await readIfThere(files, UNFINISHED);
  let noted: Partial<Unfinished> = {};
  try {
    noted = JSON.parse(text ?? '{}') as Partial<Unfinished>;
  } catch {
    // Cut off while it was written: then nothing is known, and all is written anew.
  }
  if (noted.key !== key) return {};
  const finished: Record<string, StoredFile> = {};
  for (const [path, file] of Object.entries(noted.files ?? {}))
    if ((await files.size(path)) === file.bytes) finished[path] = file;
  return finished;
}

async function note(store: ModelStore, entry: string, unfinished: Unfinished): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(unfinished));
  await writeFile(store, entry, UNFINISHED, (sink) => sink.write(bytes));
}

/** Writes one file of an entry in pieces; `produce` is handed where they go. Removes what it could not finish. */
export async function writeFile(
  store: ModelStore,
  entry: string,
  path: string,
  produce: (sink: Pick<FileAppender, 'write'>) => Promise<void>,
): Promise<StoredFile> {
  const hash = store.sha256();
  let bytes = 0;
  const file = await store.create(entry, path);
  try {
    await produce({
      write: async (piece) => {
        hash.update(piece);
        bytes += piece.byteLength;
        await file.write(piece);
      },
    });
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
  return { bytes, sha256: hash.hex() };
}

/** @throws NotEnoughRoomError where an entry of so many bytes of weights would not fit, in the place of one of its name */
export async function requireRoom(store: ModelStore, entry: string, bytes: number): Promise<void> {
  const free = await store.freeBytes();
  if (free === undefined) return;
  const needed = bytes + BESIDE_WEIGHTS;
  const replaced = await entryBytes(store, entry);
  if (free + replaced < needed) throw new NotEnoughRoomError(store.place, needed, free + replaced);
}

/** Bytes that go when an entry that is whole is replaced; of a broken one none are counted on. */
async function entryBytes(store: ModelStore, entry: string): Promise<number> {
  const state = await checkEntry(store, entry, 'none');
  return state.kind === 'whole' ? storedBytes(state.manifest) : 0;
}

async function withoutManifest(store: ModelStore, entry: string): Promise<EntryState> {
  if (!(await store.list()).includes(entry)) return { kind: 'missing' };
  const problem = `${MANIFEST} is missing: the conversion was not finished.`;
  return { ...broken(entry, problem), unfinished: true };
}

function broken(entry: string, what: string): Extract<EntryState, { kind: 'broken' }> {
  const problem = `The converted model ${entry} is broken: ${what}`;
  return { kind: 'broken', problem, unfinished: false };
}

function found(size: number | undefined): string {
  return size === undefined ? 'it is missing' : `it has ${size}`;
}

/** Does without the note where there is no room for it. */
async function remember(store: ModelStore, entry: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  await writeFile(store, entry, CHECKED, (sink) => sink.write(bytes)).catch(() => {});
}

async function readIfThere(files: FileSource, path: string): Promise<string | undefined> {
  if ((await files.size(path)) === undefined) return undefined;
  return new TextDecoder().decode(await files.read(path));
}

function hashOf(store: Pick<ModelStore, 'sha256'>, bytes: Uint8Array): string {
  const hash = store.sha256();
  hash.update(bytes);
  return hash.hex();
}

async function hashFile(
  store: Pick<ModelStore, 'sha256'>,
  files: FileSource,
  path: string,
  onProgress: (bytes: number) => void,
): Promise<string> {
  const hash = store.sha256();
  const size = (await files.size(path)) ?? 0;
  for (let start = 0; start < size; start += READ_BYTES) {
    const piece = await files.read(path, start, Math.min(start + READ_BYTES, size));
    hash.update(piece);
    onProgress(piece.byteLength);
  }
  return hash.hex();
}
