/** What run-store.spec.ts has a worker do, by name; each returns plain data. */
import { openDB } from 'idb';
import { STORE_NAME, STORE_VERSION } from '../src/kept/run-schema.ts';
import { newRun, RunStore, withLines } from '../src/kept/run-store.ts';
import { layoutOf, runFiles } from '../src/results/run-layout.ts';
import { makeManifest } from '../src/results/testing/make-manifest.ts';
import { makeRecord } from '../src/results/testing/make-records.ts';
import { RunKeeper } from '../src/worker/run-keeper.ts';

const MANIFEST = makeManifest({ experiment: 'probe' });
const { format } = layoutOf('probe');

function recordOf(cell: number) {
  return makeRecord({ group: 0, cell, polarity: 'positive', prediction: 'Yes' });
}

function lineOf(cell: number): string {
  return format(recordOf(cell));
}

const ASKED = {
  experiment: 'probe',
  request: { dataset: 'embedded', groups: 1, seed: 1, schemes: MANIFEST.schemes },
} as const;

/** A store as version 1 made it: a run with its request inside, and its lines. */
async function makeFirstStore(): Promise<void> {
  const db = await openDB(STORE_NAME, 1, {
    upgrade(first) {
      first.createObjectStore('runs', { keyPath: 'id' });
      first.createObjectStore('lines', { keyPath: ['run', 'at'] });
    },
  });
  const { experiment, manifest, changedAt } = newRun('old', 'probe', MANIFEST);
  const row = { id: 'old', experiment, manifest, changedAt };
  await db.put('runs', { ...row, state: 'running', asked: ASKED });
  await db.put('runs', { ...row, id: 'bare', state: 'finished' });
  for (const at of [0, 1]) await db.put('lines', { run: 'old', at, line: lineOf(at) });
  db.close();
}

const SCENARIOS: Readonly<Record<string, () => Promise<unknown>>> = {
  async keeps() {
    const store = await RunStore.open();
    const first = withLines(newRun('a', 'probe', MANIFEST), [lineOf(1)]);
    await store.write({ ...first, resumable: true }, [lineOf(1)], ASKED);
    const second = withLines(first, [lineOf(0), lineOf(2)]);
    await store.write({ ...second, state: 'finished' }, [lineOf(0), lineOf(2)]);
    const run = (await store.run('a'))!;
    const made = await store.records(run);
    const files = runFiles(await store.read(run));
    return {
      run,
      made: made.map(({ key }) => key),
      news: (await store.records(run, 1)).map(({ key }) => key),
      same: files.get('records-standard.jsonl') === [0, 1, 2].map(lineOf).join(''),
      request: await store.request('a'),
    };
  },
  async removes() {
    const store = await RunStore.open();
    const run = (await store.run('a'))!;
    await store.remove('a');
    return {
      list: await store.list(),
      request: await store.request('a'),
      records: await store.records(run),
    };
  },
  async migrates() {
    await makeFirstStore();
    const store = await RunStore.open();
    const [old, bare] = [(await store.run('old'))!, (await store.run('bare'))!];
    return {
      old,
      bare,
      request: await store.request('old'),
      none: await store.request('bare'),
      records: (await store.read(old)).records.map(({ key }) => key),
      length: lineOf(0).length + lineOf(1).length,
    };
  },
  /** What a later version may have made of the store, and whether it is so still. */
  async newer() {
    const later = STORE_VERSION + 1;
    const db = await openDB(STORE_NAME, later, {
      upgrade: (next) => void next.createObjectStore('later').put('untouched', 'key'),
    });
    db.close();
    const refusal = await RunStore.open().catch((error: Error) => error.message);
    const after = await openDB(STORE_NAME, later);
    return { refusal, kept: await after.get('later', 'key'), version: after.version };
  },
  /** Another page of a newer version wants the store while this one has it open. */
  async 'gives way'() {
    let closed = 0;
    const store = await RunStore.open(() => closed++);
    const run = newRun('b', 'probe', MANIFEST);
    await store.write(run, []);
    (await openDB(STORE_NAME, STORE_VERSION + 1)).close();
    const error = await store.write(run, []).catch((reason: Error) => reason.message);
    return { closed, error };
  },
  /** The browser closes the store in the middle of a run. */
  async reopens() {
    const opened: RunStore[] = [];
    let open: RunStore | undefined;
    const openRuns = async () => {
      if (open === undefined) opened.push((open = await RunStore.open()));
      return open;
    };
    const events: string[] = [];
    const emit = ({ type }: { readonly type: string }) => void events.push(type);
    const { keeper } = await RunKeeper.take(emit, openRuns, ASKED, undefined);
    const keep = (cell: number) => {
      keeper.keep(recordOf(cell));
      keeper.progressed({ done: cell + 1, total: 3, millisecondsLeft: null });
      return keeper.settled();
    };
    keeper.begin(MANIFEST);
    await keep(0);
    open!.close();
    open = undefined;
    await keep(1);
    const [during] = await opened.at(-1)!.list();
    await keep(2);
    await keeper.end('finished');
    const [run] = await opened.at(-1)!.list();
    return { events, during: during!.records, run, opened: opened.length };
  },
  async full() {
    const store = await RunStore.open();
    const run = withLines(newRun('c', 'probe', MANIFEST), [lineOf(0)]);
    await store.write(run, [lineOf(0)]);
    const long = () =>
      format({
        ...makeRecord({ group: 0, cell: 1, polarity: 'positive', prediction: 'Yes' }),
        // Random, because the browser compresses what it stores.
        output: randomText(4 * 2 ** 20),
      });
    let last = run;
    let error: Error | undefined;
    for (let batch = 0; batch < 100 && error === undefined; batch++) {
      const lines = [long(), lineOf(2)];
      const next = { ...withLines(last, lines), state: 'finished' } as const;
      error = await store.write(next, lines).then(
        () => undefined,
        (reason: Error) => reason,
      );
      if (error === undefined) last = next;
    }
    const kept = (await store.run('c'))!;
    const lines = (await store.records(kept)).length;
    await store.remove('c');
    const small = await store.write(run, [lineOf(0)]).then(
      () => 'written',
      (reason: Error) => reason.message,
    );
    return {
      error: { full: error?.constructor.name.endsWith('RunsFullError'), message: error?.message },
      rows: kept.records === last.records,
      lines: lines === kept.records,
      small,
    };
  },
};

function randomText(length: number): string {
  const pieces = Array.from({ length: length / 65_536 }, () => {
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    return new TextDecoder().decode(bytes.map((byte) => 97 + (byte % 26)));
  });
  return pieces.join('');
}

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    self.postMessage({ result: await SCENARIOS[data]!() });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
