/** `convert` from a repository: a local server in the place of the hub. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MANIFEST, parseManifest } from '../models/stored-manifest.ts';
import {
  COMMIT,
  type HubServer,
  REPOSITORY,
  startHubServer,
} from '../runtime/testing/hub-server.ts';
import { findCheckpoint } from './checkpoint-place.ts';
import { knownModels } from './places.ts';
import { bapa, expectSentence, type Outcome, ROOT } from './testing/bapa.ts';

const NAME = 'fixtures/tiny-qwen2-vl';
const MODEL = join(ROOT, NAME);
const TOKEN = 'hf_secret';
const files = new Map<string, Uint8Array>(
  readdirSync(MODEL).map((file) => [file, new Uint8Array(readFileSync(join(MODEL, file)))]),
);
let server: HubServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-hub-'));
  server = await startHubServer(files, { largeBytes: 4096 });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  server.seen.length = 0;
  server.faults.token = TOKEN;
  delete server.faults.slow;
});

function convert(
  model: string,
  name: string,
  more: readonly string[],
  token = TOKEN,
  onError?: Parameters<typeof bapa>[1],
): Promise<Outcome> {
  const args = ['convert', '--model', model, '--out', join(folder, name), ...more];
  const environment = { BAPA_HUB: server.hub, HF_TOKEN: token };
  return bapa(args, onError, 'unlimited', environment);
}

async function expectSameFiles(a: string, b: string): Promise<void> {
  const names = await readdir(join(folder, a), { recursive: true, withFileTypes: true });
  const paths = names.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(folder, a).length)] : [],
  );
  expect(paths.length).toBeGreaterThan(6);
  for (const path of paths) {
    const [ours, theirs] = await Promise.all(
      [a, b].map((one) => readFile(join(folder, one, path))),
    );
    expect(Buffer.compare(ours!, theirs!), path).toBe(0);
  }
}

describe('bapa convert from the hub', () => {
  it('writes the same for transformers.js as from a folder', async () => {
    const remote = await convert(REPOSITORY, 'js-remote', ['--dtype', 'q4']);
    expect(remote.status, remote.stderr).toBe(0);
    expect(remote.stderr).toContain(`reading ${REPOSITORY} from ${server.hub}, with the token of`);
    expect(`${remote.stdout}${remote.stderr}`).not.toContain(TOKEN);
    const toStorage = server.seen.filter(({ host }) => host === 'storage');
    expect(toStorage.length).toBeGreaterThan(0);
    expect(toStorage.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(toStorage.every(({ range }) => range !== undefined)).toBe(true);
    expect((await convert(MODEL, 'js-local', ['--dtype', 'q4'])).status).toBe(0);
    await expectSameFiles('js-remote', 'js-local');
  });

  it('writes the workbench its own layout, and names repository and commit in it', async () => {
    const { status, stderr } = await convert(REPOSITORY, 'q8', ['--format', 'q8']);
    expect(status, stderr).toBe(0);
    const manifest = parseManifest(await readFile(join(folder, 'q8', MANIFEST), 'utf8'));
    expect(manifest.source).toMatchObject({ repository: REPOSITORY, revision: COMMIT });
    expect(stderr).not.toContain(TOKEN);
  });

  it('says what to do without a token, and leaves nothing', async () => {
    const outcome = await convert(REPOSITORY, 'gated', ['--dtype', 'q4'], '');
    expectSentence(outcome, 'and put it into the environment variable HF_TOKEN.');
    expect(await readdir(folder)).not.toContain('gated');
  });

  it('stops at Ctrl-C in the middle of a download', async () => {
    server.faults.slow = 300;
    const outcome = await convert(
      REPOSITORY,
      'stopped',
      ['--format', 'q4'],
      TOKEN,
      (text, stop) => {
        if (text.includes('reading') && !text.includes('Stopping')) setTimeout(stop, 300);
      },
    );
    expect(outcome.stderr).toContain('Interrupted: nothing of the model is left in');
    expect(outcome.status).toBe(130);
    expect(await readdir(folder)).not.toContain('stopped');
  });
});

describe('what --model names', () => {
  beforeEach(() => vi.stubEnv('BAPA_HUB', server.hub));
  afterEach(() => vi.unstubAllEnvs());

  it('is a folder where there is one, even where it looks like a repository', async () => {
    const place = await findCheckpoint(NAME);
    expect(place).toMatchObject({ folder: MODEL, notice: undefined });
    expect((await place.open(new AbortController().signal)).revision).toBe('local');
    expect((await findCheckpoint('emoji-llava')).folder).toBe(
      join(ROOT, 'public/models/emoji-llava'),
    );
    expect(server.seen).toEqual([]);
  });

  it('is the repository of a known model at its commit, by id or by name', async () => {
    const row = (await knownModels()).find(({ id }) => id === 'qwen2-vl-2b')!;
    const [repository, commit] = [row.repository!, row.revision!];
    const hub = await startHubServer(files, { repository, commit });
    vi.stubEnv('BAPA_HUB', hub.hub);
    for (const name of [row.id, repository]) {
      const place = await findCheckpoint(name);
      expect(place).toMatchObject({ name: repository, folder: undefined });
      const { revision } = await place.open(new AbortController().signal);
      expect(revision).toBe(commit);
    }
    expect(hub.seen.map(({ path }) => path)).toContain(`/api/models/${repository}/tree/${commit}`);
    await hub.close();
  });

  it('is nothing else', async () => {
    for (const name of ['nowhere', './no/where', '../where', 'a/b/c', 'https://hub/a/b'])
      await expect(findCheckpoint(name)).rejects.toThrow(
        /neither a folder, nor one of the known models .* nor the name of a repository/,
      );
  });
});
