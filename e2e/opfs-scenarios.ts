/** What opfs-store.spec.ts has a worker do, by name; each returns plain data. */
import { checkEntry, writeEntry } from '../src/models/model-store.ts';
import { MANIFEST } from '../src/models/stored-manifest.ts';
import { DATA, fill } from '../src/models/testing/small-entry.ts';
import { OpfsStore } from '../src/runtime/opfs-store.ts';

/** Writes bytes into a file of the entry, as something else on the machine might. */
async function damage(store: OpfsStore, path: string, bytes: Uint8Array): Promise<void> {
  const file = await store.create('one', path);
  await file.write(bytes);
  await file.close();
}

const SCENARIOS: Readonly<Record<string, (store: OpfsStore) => Promise<unknown>>> = {
  async writes(store) {
    await writeEntry(store, 'one', fill);
    const files = store.files('one');
    return {
      state: (await checkEntry(store, 'one', 'all')).kind,
      range: [...(await files.read('decoder/part.data', 699, 702))],
      expected: [...DATA.subarray(699, 702)],
      blob: (await files.blob!('decoder/part.data')).size,
      size: await files.size('decoder/part.data'),
      missing: await files.size('decoder/other.data'),
      list: await store.list(),
      free: await store.freeBytes(),
    };
  },
  async finds(store) {
    return { state: (await checkEntry(store, 'one', 'once')).kind, list: await store.list() };
  },
  async removes(store) {
    await store.remove('one');
    await store.remove('one');
    await store.removeFile('one', 'vision.onnx');
    return { state: (await checkEntry(store, 'one', 'none')).kind, list: await store.list() };
  },
  async 'cut off'(store) {
    await writeEntry(store, 'one', fill);
    await damage(store, 'decoder/part.data', DATA.subarray(0, 4999));
    return checkEntry(store, 'one', 'none');
  },
  async flipped(store) {
    await writeEntry(store, 'one', fill);
    await damage(store, 'decoder/part.data', DATA.with(4321, 7));
    const [sizes, hashes] = [
      await checkEntry(store, 'one', 'none'),
      await checkEntry(store, 'one', 'once'),
    ];
    await writeEntry(store, 'one', fill);
    const again = await checkEntry(store, 'one', 'once');
    return { sizes: sizes.kind, hashes, again: again.kind };
  },
  async 'no manifest'(store) {
    await writeEntry(store, 'one', fill);
    await store.removeFile('one', MANIFEST);
    return checkEntry(store, 'one', 'none');
  },
  async full(store) {
    const piece = new Uint8Array(4 * 2 ** 20);
    const error = await writeEntry(store, 'one', async (writer) => {
      await fill(writer);
      await writer.file('much.data', async (sink) => {
        for (let at = 0; at < 2 ** 30; at += piece.byteLength) await sink.write(piece);
      });
      throw new Error('A gibibyte was written.');
    }).catch((reason: Error) => ({ name: reason.name, message: reason.message }));
    const state = (await checkEntry(store, 'one', 'none')).kind;
    return { error, state, list: await store.list() };
  },
};

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    self.postMessage({ result: await SCENARIOS[data]!(await OpfsStore.open()) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
