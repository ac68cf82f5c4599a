import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import { tensorBytes } from '../tensor/convert.ts';
import { FolderSource } from './folder-source.ts';
import { HubSource, type HubSourceOptions } from './hub-source.ts';
import { COMMIT, REPOSITORY, startHubServer, type HubServer } from './testing/hub-server.ts';
import type { DownloadProgress } from './url-source.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A sharded checkpoint: two weight files and their index. */
const FOLDER = 'fixtures/tiny-qwen2.5-vl';
const FIRST_SHARD = 'model-00001-of-00002.safetensors';
const files = new Map<string, Uint8Array>(
  readdirSync(FOLDER).map((file) => [file, new Uint8Array(readFileSync(`${FOLDER}/${file}`))]),
);
const shard = files.get(FIRST_SHARD)!;
let server: HubServer;

beforeAll(async () => {
  server = await startHubServer(files, { largeBytes: 4096 });
});
afterAll(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
  for (const fault of Object.keys(server.faults)) delete (server.faults as never)[fault];
});

function open(options: Partial<HubSourceOptions> = {}): HubSource {
  return new HubSource({
    repository: REPOSITORY,
    revision: 'main',
    hub: server.hub,
    pauses: [1, 1, 1],
    ...options,
  });
}

/** vitest's own comparison takes seconds for so many bytes. */
function expectSame(bytes: Uint8Array): void {
  expect(Buffer.compare(bytes, shard)).toBe(0);
}

const toStorage = () => server.seen.filter(({ host }) => host === 'storage');

describe('reading', () => {
  test('a sharded checkpoint is read tensor by tensor, as from its folder', async () => {
    const [remote, local] = await Promise.all([
      openCheckpoint(open()),
      openCheckpoint(new FolderSource(FOLDER)),
    ]);
    expect([...remote.tensors]).toEqual([...local.tensors]);
    for (const name of [...remote.tensors.keys()].filter((_, at) => at % 9 === 0)) {
      const [theirs, ours] = [await remote.readTensor(name), await local.readTensor(name)];
      expect(theirs.shape).toEqual(ours.shape);
      expect(Buffer.compare(tensorBytes(theirs), tensorBytes(ours))).toBe(0);
    }
    expect(await remote.settingsHash()).toBe(await local.settingsHash());
  });

  test('the hash of the weights comes with the list, without reading them', async () => {
    const checkpoint = await openCheckpoint(open());
    server.seen.length = 0;
    const hash = await checkpoint.weightHash();
    expect(hash).toBe(await (await openCheckpoint(new FolderSource(FOLDER))).weightHash());
    expect(server.seen).toEqual([]);
    expect(await open().sha256(FIRST_SHARD)).toBe(createHash('sha256').update(shard).digest('hex'));
  });

  test('a branch is pinned to its commit', async () => {
    const source = open();
    expect(await source.commit()).toBe(COMMIT);
    await source.read('config.json');
    expect(server.seen.at(-1)!.path).toBe(`/${REPOSITORY}/resolve/${COMMIT}/config.json`);
  });

  test('the address of storage is kept, and asked for again once it has expired', async () => {
    const source = open();
    for (const start of [0, 5000, 9000])
      expect(await source.read(FIRST_SHARD, start, start + 10)).toEqual(
        shard.slice(start, start + 10),
      );
    expect(server.seen.filter(({ path }) => path.includes('/resolve/'))).toHaveLength(1);
    server.faults.expired = true;
    expect(await source.read(FIRST_SHARD, 7, 9)).toEqual(shard.slice(7, 9));
    expect(server.seen.filter(({ path }) => path.includes('/resolve/'))).toHaveLength(2);
  });

  test('a file that is not listed has no size, and is asked for in vain', async () => {
    expect(await open().size('adapter.json')).toBeUndefined();
    await expect(open().read('adapter.json')).rejects.toThrow(
      'tiny/model has no file adapter.json at revision main.',
    );
  });
});

describe('the token', () => {
  test('goes to the hub alone, whatever it redirects to', async () => {
    server.faults.token = 'hf_secret';
    const source = open({ token: 'hf_secret' });
    expectSame(await source.read(FIRST_SHARD));
    await source.read('config.json');
    expect(server.seen.filter(({ host }) => host === 'hub').map((s) => s.authorization)).toEqual(
      Array(4).fill('Bearer hf_secret'),
    );
    expect(toStorage()).not.toHaveLength(0);
    expect(toStorage().every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test('that is missing or wrong: a sentence says where to accept the licence', async () => {
    server.faults.token = 'hf_secret';
    await expect(open().read('config.json')).rejects.toThrow(
      /config\.json of tiny\/model was refused \(status 401\): the model is gated\. .*accept its licence at http:\/\/localhost:\d+\/tiny\/model, make a token/,
    );
    await expect(open({ token: 'hf_other' }).read('config.json')).rejects.toThrow(
      /status 403\): the account of this token may not read it/,
    );
  });
});

describe('a connection that fails', () => {
  test('by dropping goes on from the last byte', async () => {
    server.faults.dropAfter = Math.ceil(shard.byteLength / 4);
    expectSame(await open().read(FIRST_SHARD));
    const starts = toStorage().map(({ range }) => Number(/=(\d+)-/.exec(range!)![1]));
    // What was on its way when a connection dropped may be lost with it.
    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(starts.every((start, at) => at === 0 || start > starts[at - 1]!)).toBe(true);
  });

  test('by silence is taken for dropped', async () => {
    server.faults.silences = { after: 1000, left: 2 };
    const source = open({ patience: 200 });
    expectSame(await source.read(FIRST_SHARD));
    expect(server.faults.silences.left).toBe(0);
  });

  test('for the moment is tried again, and for long given up', async () => {
    server.faults.busy = 2;
    expectSame(await open().read(FIRST_SHARD));
    server.faults.busy = 1000;
    await expect(open().read(FIRST_SHARD)).rejects.toThrow(
      /The download of model-00001-of-00002\.safetensors broke off after 0 bytes, and 3 further tries brought no more \(.* answered with status 503\)\. Check that the network is there/,
    );
  });

  test('because nobody answers is told', async () => {
    const source = open({ hub: 'http://localhost:9' });
    await expect(source.size('config.json')).rejects.toThrow(
      /The download of the list of files failed, and 3 further tries brought no more \(localhost:9 could not be reached, or does not let pages read it\)/,
    );
  });
});

describe('refusals', () => {
  test('a repository or revision that is not there', async () => {
    await expect(open({ repository: 'no/model' }).size('config.json')).rejects.toThrow(
      /the list of files of no\/model was refused \(status 401\): the repository is gated, private, or not there/,
    );
    expect(() => open({ repository: 'https://huggingface.co/a/b' })).toThrow(/is no repository/);
    expect(() => open({ hub: 'ftp://mirror' })).toThrow(/is no address of a hub/);
  });

  test('a server without ranges', async () => {
    server.faults.whole = true;
    await expect(open().read(FIRST_SHARD, 100, 200)).rejects.toThrow(
      /gave the whole of model-00001-of-00002\.safetensors where a part was asked for/,
    );
  });

  test('cancelling, before and in the middle, without another try', async () => {
    await expect(open({ signal: AbortSignal.abort() }).size('config.json')).rejects.toThrow(
      'Loading was cancelled at the list of files.',
    );
    server.faults.slow = 20;
    const controller = new AbortController();
    const told: DownloadProgress[] = [];
    const source = open({
      signal: controller.signal,
      onProgress: (progress) => {
        told.push(progress);
        if (progress.file === FIRST_SHARD) controller.abort();
      },
    });
    await expect(source.read(FIRST_SHARD)).rejects.toThrow(
      `Loading was cancelled at ${FIRST_SHARD}.`,
    );
    expect(told.at(-1)!.bytes).toBeLessThan(shard.byteLength);
    expect(told.at(-1)!.totalBytes).toBe(shard.byteLength);
    expect(toStorage()).toHaveLength(1);
  });
});
