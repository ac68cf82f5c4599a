import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import { listStoredModels, localIdentity, prepareStored } from './stored-models.ts';

vi.setConfig({ testTimeout: 60_000 });

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
let folder = '';
let store: FolderStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-'));
  store = new FolderStore(join(folder, 'models'));
  await cp('fixtures/tiny-qwen2-vl', join(folder, 'tiny'), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Prepares the model, and tells how many bytes were converted for it. */
async function prepare(options: { revision?: string; cancelAt?: number } = {}) {
  const controller = new AbortController();
  const told: number[] = [];
  const entry = await prepareStored({
    ...localIdentity('tiny'),
    ...(options.revision && { revision: options.revision }),
    source: new FolderSource(join(folder, 'tiny')),
    store,
    format: 'q4',
    signal: controller.signal,
    onProgress: ({ bytes, totalBytes }) => {
      told.push(bytes);
      if (bytes / totalBytes >= (options.cancelAt ?? 2)) controller.abort(new Error('Cancelled.'));
    },
  });
  return { entry, told };
}

test('a folder is converted once, and again when its weights change', async () => {
  const first = await prepare();
  expect(first.told.length).toBeGreaterThan(0);
  expect(await listStoredModels(store)).toMatchObject([
    { entry: first.entry, repository: 'tiny', revision: 'local', format: 'q4', problem: undefined },
  ]);
  expect((await prepare()).told).toEqual([]);
  await writeFile(join(folder, 'tiny/generation_config.json'), '{"eos_token_id": 3}');
  expect((await prepare()).told.length).toBeGreaterThan(0);
});

test('a model with a commit is found without its source', async () => {
  await prepare({ revision: COMMIT });
  await rm(join(folder, 'tiny'), { recursive: true });
  expect((await prepare({ revision: COMMIT })).told).toEqual([]);
});

test('a broken entry is told as such, and rebuilt', async () => {
  const { entry } = await prepare({ revision: COMMIT });
  await truncate(join(folder, 'models', entry, 'decoder-0.data'), 10);
  expect((await listStoredModels(store))[0]!.problem).toMatch(
    /should have \d+ bytes, but it has 10/,
  );
  expect((await prepare({ revision: COMMIT })).told.length).toBeGreaterThan(0);
  expect((await listStoredModels(store))[0]!.problem).toBeUndefined();
});

test('a cancelled conversion goes on with what it had', async () => {
  await expect(prepare({ cancelAt: 0.9 })).rejects.toThrow('Cancelled.');
  expect((await listStoredModels(store))[0]!.problem).toMatch(/the conversion was not finished/);
  const { told } = await prepare();
  const whole = told.at(-1)!;
  // The vision graph, most of this model, was finished: it is counted in one step.
  expect(told[0]! / whole).toBeGreaterThan(0.2);
  expect((await listStoredModels(store))[0]!.problem).toBeUndefined();
});
