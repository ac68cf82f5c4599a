import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openNodeBackend } from './backend-node.ts';
import type { Backend } from './backend.ts';
import { FolderSource } from './folder-source.ts';
import { openEngineOn } from './open-engine.ts';

/** A backend whose sessions are counted; `onSession` is told of each before it is made. */
async function countingBackend(onSession: (count: number) => void) {
  const backend = await openNodeBackend('cpu');
  const { InferenceSession } = backend.ort;
  const counts = { made: 0, held: 0 };
  const create = async (...args: Parameters<typeof InferenceSession.create>) => {
    onSession(counts.made + 1);
    const session = await InferenceSession.create(...args);
    counts.made++;
    counts.held++;
    const release = session.release.bind(session);
    session.release = async () => {
      await release();
      counts.held--;
    };
    return session;
  };
  const ort = { ...backend.ort, InferenceSession: { ...InferenceSession, create } };
  return { backend: { ...backend, ort } as unknown as Backend, counts };
}

const MODEL = { source: new FolderSource('fixtures/tiny-llava'), name: 'tiny-llava' };

describe('sessions of a model', () => {
  test('are all released with the engine', async () => {
    const { backend, counts } = await countingBackend(() => {});
    const engine = await openEngineOn(backend, MODEL);
    expect(counts).toEqual({ made: 3, held: 3 });
    await engine.dispose();
    expect(counts.held).toBe(0);
  });

  test.each([1, 2, 3])('are released when the one of number %i fails', async (failing) => {
    const { backend, counts } = await countingBackend((count) => {
      if (count === failing) throw new Error('out of memory');
    });
    await expect(openEngineOn(backend, MODEL)).rejects.toThrow('out of memory');
    expect(counts).toEqual({ made: failing - 1, held: 0 });
  });

  test.each([1, 2, 3])('are released when number %i is being made at a cancel', async (count) => {
    const controller = new AbortController();
    const { backend, counts } = await countingBackend((making) => {
      if (making === count) controller.abort(new Error('cancelled'));
    });
    const opening = openEngineOn(backend, { ...MODEL, signal: controller.signal });
    await expect(opening).rejects.toThrow('cancelled');
    expect(counts).toEqual({ made: count, held: 0 });
  });
});

test('a checkpoint that memory should not hold is refused with what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bapa-large-'));
  try {
    const bytes = 2 * 30_000 * 10_000;
    const entry = { dtype: 'BF16', shape: [30_000, 10_000], data_offsets: [0, bytes] };
    const header = new TextEncoder().encode(JSON.stringify({ 'model.weight': entry }));
    const prefix = new BigUint64Array([BigInt(header.length)]);
    const path = join(folder, 'model.safetensors');
    await writeFile(path, Buffer.concat([new Uint8Array(prefix.buffer), header]));
    // A hole in the file: the disk holds the header alone.
    await truncate(path, 8 + header.length + bytes);
    const opening = openEngineOn(await openNodeBackend('cpu'), {
      source: new FolderSource(folder),
      name: 'large',
    });
    await expect(opening).rejects.toThrow(/takes 1\.2 GB as float32.*Convert it first/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
