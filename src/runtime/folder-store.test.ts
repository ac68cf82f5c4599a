import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkEntry, type EntryWriter, writeEntry } from '../models/model-store.ts';
import { MANIFEST } from '../models/stored-manifest.ts';
import { DATA, fill } from '../models/testing/small-entry.ts';
import { FolderStore } from './folder-store.ts';

describe('an entry of a folder', () => {
  let folder: string;
  let store: FolderStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folder-store-'));
    store = new FolderStore(join(folder, 'models'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is whole once it is written, and can be read by ranges', async () => {
    const manifest = await writeEntry(store, 'one', fill);
    expect(manifest.files['decoder/part.data']?.bytes).toBe(DATA.length);
    expect(await checkEntry(store, 'one', 'all')).toEqual({ kind: 'whole', manifest });
    const read = await store.files('one').read('decoder/part.data', 699, 702);
    expect([...read]).toEqual([...DATA.subarray(699, 702)]);
    expect(await store.list()).toEqual(['one']);
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });

  test('is missing before that and after its removal', async () => {
    expect(await checkEntry(store, 'one', 'none')).toEqual({ kind: 'missing' });
    expect(await store.list()).toEqual([]);
    await writeEntry(store, 'one', fill);
    await store.remove('one');
    expect(await checkEntry(store, 'one', 'none')).toEqual({ kind: 'missing' });
    expect(await readdir(join(folder, 'models'))).toEqual([]);
  });

  test('is broken without a manifest or with a part of one', async () => {
    await writeEntry(store, 'one', fill);
    const path = join(folder, 'models/one', MANIFEST);
    await truncate(path, (await readFile(path)).length - 3);
    expect(await checkEntry(store, 'one', 'none')).toMatchObject({
      kind: 'broken',
      problem: expect.stringContaining('not valid JSON'),
    });
    await rm(path);
    expect(await checkEntry(store, 'one', 'none')).toMatchObject({
      kind: 'broken',
      problem: expect.stringContaining('the conversion was not finished'),
    });
  });

  test('is broken by its sizes where a file is cut off or gone', async () => {
    await writeEntry(store, 'one', fill);
    const path = join(folder, 'models/one/decoder/part.data');
    await truncate(path, 4999);
    expect(await checkEntry(store, 'one', 'none')).toEqual({
      kind: 'broken',
      unfinished: false,
      problem:
        'The converted model one is broken: decoder/part.data should have 5000 bytes, but it has 4999.',
    });
    await rm(path);
    expect(await checkEntry(store, 'one', 'none')).toMatchObject({ kind: 'broken' });
  });

  test('is broken by its hashes where a byte was flipped', async () => {
    await writeEntry(store, 'one', fill);
    const path = join(folder, 'models/one/decoder/part.data');
    await writeFile(path, DATA.with(4321, 7));
    expect(await checkEntry(store, 'one', 'none')).toMatchObject({ kind: 'whole' });
    const state = await checkEntry(store, 'one', 'once');
    expect(state).toMatchObject({ problem: expect.stringContaining('is not what was written') });
  });

  test('is hashed once, and again after it is written again', async () => {
    let read = 0;
    const check = async () => {
      read = 0;
      const state = await checkEntry(store, 'one', 'once', (bytes) => (read += bytes));
      expect(state.kind).toBe('whole');
      return read;
    };
    await writeEntry(store, 'one', fill);
    expect(await check()).toBeGreaterThan(DATA.length);
    expect(await check()).toBe(0);
    await writeEntry(store, 'one', fill);
    expect(await check()).toBeGreaterThan(DATA.length);
  });

  test('leaves nothing where writing it fails', async () => {
    const failing = async (writer: EntryWriter) => {
      await fill(writer);
      throw new Error('The weights ended.');
    };
    await expect(writeEntry(store, 'one', failing)).rejects.toThrow('The weights ended.');
    expect(await checkEntry(store, 'one', 'none')).toEqual({ kind: 'missing' });
  });

  test('goes on with the finished files of the same model alone', async () => {
    const written: string[] = [];
    const attempt = (key: string, most: number) =>
      writeEntry(
        store,
        'one',
        async (writer) => {
          written.length = 0;
          const rest = await fill({
            ...writer,
            file: async (path, produce) => {
              if (writer.keep([path])) return;
              if (written.length === most) throw new Error('Cancelled.');
              await writer.file(path, produce);
              written.push(path);
            },
          });
          return rest;
        },
        key,
      );
    await expect(attempt('as q4', 2)).rejects.toThrow('Cancelled.');
    expect(await checkEntry(store, 'one', 'none')).toMatchObject({ unfinished: true });
    await expect(attempt('as q4', 1)).rejects.toThrow('Cancelled.');
    expect(written).toEqual(['embed.onnx']);
    await attempt('as q4', 9);
    expect(written).toEqual(['decoder/part.onnx']);
    expect(await checkEntry(store, 'one', 'all')).toMatchObject({ kind: 'whole' });
    await attempt('as q8', 9);
    expect(written).toHaveLength(4);
  });

  test('takes no name that leads elsewhere', async () => {
    for (const name of ['..', '../x', '.', 'a/b', 'a\\\\b', ''])
      await expect(writeEntry(store, name, fill)).rejects.toThrow(
        /should be the name of one folder/,
      );
  });
});
