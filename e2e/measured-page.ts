/** A page of our origin that does nothing but hold `measured-worker.ts`, and what it takes of memory. */
import { type CDPSession, expect, type Page } from '@playwright/test';
import { build, type Rollup } from 'vite';
import type { KeptModel } from '../src/protocol/workbench.ts';
import { CONDITIONS } from '../vite.config.ts';
import type { MeasuredMethods } from './measured-worker.ts';
import type { MemoryCounts } from './memory-counters.ts';

type Method = keyof MeasuredMethods;
type Reply<Name extends Method> = Awaited<ReturnType<MeasuredMethods[Name]>>;
type Argument<Name extends Method> = Parameters<MeasuredMethods[Name]>[0];

/** What the page's window is given. */
interface Held {
  call(method: string, argument: unknown): Promise<unknown>;
}

/** Bytes: objects of JavaScript, and what array buffers hold, of page and worker together. */
export interface HeapUse {
  readonly objects: number;
  readonly arrayBuffers: number;
}

/** The worker and what it is made of, by file name. */
export type WorkerFiles = ReadonlyMap<string, string>;

const FOLDER = 'measured';

const SIDE = 56;

/** The smallest that Qwen's processors keep. */
export const PICTURE = {
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i * 37) % 256),
};

/** Builds a worker of this folder, its dynamic imports in files of their own. */
export async function buildWorker(entry: string): Promise<WorkerFiles> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: CONDITIONS },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: 'worker' },
    },
  })) as unknown as Rollup.RollupOutput[];
  const chunks = built[0]!.output.filter((file) => file.type === 'chunk');
  return new Map(chunks.map(({ fileName, code }) => [fileName, code]));
}

/** The page with its worker, and a debugger's eyes on both heaps. */
export class MeasuredPage {
  private constructor(
    readonly page: Page,
    private readonly debuggers: readonly Debugger[],
  ) {}

  static async open(page: Page, files: WorkerFiles): Promise<MeasuredPage> {
    await page.route(`**/${FOLDER}/*`, (route) => {
      const code = files.get(new URL(route.request().url()).pathname.split('/').at(-1)!);
      return code === undefined
        ? route.fulfill({ status: 404 })
        : route.fulfill({
            contentType: 'text/javascript',
            headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
            body: code,
          });
    });
    page.on('console', (message) => console.info(message.text()));
    await page.goto('models/emoji-llava/config.json');
    const session = await page.context().newCDPSession(page);
    const own: Debugger = (method) => session.send(method as 'Runtime.getHeapUsage');
    const worker = attachedWorker(session);
    await page.evaluate(startWorker, `/${FOLDER}/worker.js`);
    return new MeasuredPage(page, [own, await worker]);
  }

  /** Has the worker do something, and fails with its sentence where it fails. */
  async call<Name extends Method>(method: Name, argument?: Argument<Name>): Promise<Reply<Name>> {
    return (await this.page.evaluate(
      ([name, given]) => (window as unknown as { held: Held }).held.call(name, given),
      [method, argument] as const,
    )) as Reply<Name>;
  }

  /** Loads a checkpoint's folder as one that a person picked in a file field. */
  async loadFolder(folder: string, format: string): Promise<Reply<'load'>> {
    const name = folder.split('/').at(-1)!;
    const field = this.page.locator('input[type=file]');
    await field.setInputFiles(folder);
    return (await field.evaluate(
      (input, [model, wanted]) =>
        (window as unknown as { held: Held }).held.call('load', {
          model,
          place: {
            kind: 'folder',
            name: model,
            folder: [...(input as HTMLInputElement).files!],
            format: wanted,
          },
          datasetUrl: '',
          provider: 'webgpu',
        }),
      [name, format] as const,
    )) as Reply<'load'>;
  }

  /** Loads the only model that the browser keeps. */
  async loadKept(): Promise<Reply<'load'>> {
    const { kept } = await this.call('machine');
    expect(kept.map(({ problem }) => problem)).toEqual([undefined]);
    const [{ entry, repository }] = kept as [KeptModel];
    const place = { kind: 'stored', entry } as const;
    return this.call('load', { model: repository, place, datasetUrl: '', provider: 'webgpu' });
  }

  counts(): Promise<MemoryCounts> {
    return this.call('counts');
  }

  /** Of page and worker, garbage included. */
  async heap(): Promise<HeapUse> {
    const uses = await Promise.all(this.debuggers.map((ask) => ask('Runtime.getHeapUsage')));
    const sum = (field: 'usedSize' | 'backingStorageSize') =>
      uses.reduce((total, use) => total + use[field], 0);
    return { objects: sum('usedSize'), arrayBuffers: sum('backingStorageSize') };
  }

  async collectGarbage(): Promise<void> {
    for (const ask of this.debuggers) await ask('HeapProfiler.collectGarbage');
  }
}

/** Asks one target of the browser. */
type Debugger = (method: string) => Promise<{ usedSize: number; backingStorageSize: number }>;

/**
 * The first worker that the page starts from now on. Playwright has no session for a worker's own
 * target, so messages go through the page's.
 */
function attachedWorker(session: CDPSession): Promise<Debugger> {
  const replies = new Map<number, (result: never) => void>();
  let last = 0;
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    replies.get(id)?.(result as never);
    replies.delete(id);
  });
  return new Promise((resolve, reject) => {
    session.once('Target.attachedToTarget', ({ sessionId }) =>
      resolve((method) => {
        const id = ++last;
        const reply = new Promise<Awaited<ReturnType<Debugger>>>((told) => replies.set(id, told));
        const message = JSON.stringify({ id, method });
        return session.send('Target.sendMessageToTarget', { sessionId, message }).then(() => reply);
      }),
    );
    session
      .send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false })
      .catch(reject);
  });
}

/** In the page: starts the worker, and makes a field that takes folders. */
function startWorker(url: string): void {
  const worker = new Worker(url, { type: 'module' });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  worker.onmessage = ({ data: { id, result, error } }) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  };
  worker.onerror = ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(`The worker stopped: ${message}`));
  };
  const held: Held = {
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        worker.postMessage({ id: last, method, argument });
      }),
  };
  Object.assign(window, { held });
  const field = document.createElement('input');
  Object.assign(field, { type: 'file', webkitdirectory: true });
  document.body.append(field);
}
