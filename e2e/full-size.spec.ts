/**
 * Full-size checkpoints of random weights in the tab: converted to 4 bits on their way into the browser's
 * storage, loaded, asked; time and memory are printed. Takes up to 33 GB of disk for a while, below the
 * folder that BAPA_SCRATCH names (the system's temporary folder where it is not set).
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, expect, test, type BrowserContext } from '@playwright/test';
import { parseCatalogue } from '../src/protocol/catalogue.ts';
import { buildWorker, MeasuredPage, type WorkerFiles, PICTURE } from './measured-page.ts';
import { type MemoryPeaks, residentPeaks, watchMemory } from './memory-peaks.ts';

const HOUR = 3_600_000;

/** JavaScript's heap and WebAssembly's together. */
const LARGEST_HEAP = 2 ** 30;

const MODELS = parseCatalogue(await readFile('models.json', 'utf8'));
const FORMAT = 'q4';

/** The tokens of a random checkpoint's tokenizer are bytes. */
const QUESTIONS = [
  ['text', { text: 'Is it a?' }],
  ['a picture of 56 × 56', { text: '?', image: PICTURE }],
] as const;
const MOST_TOKENS = 8;

/** Gemma's tokenizer puts a token before the first. */
const SHORT_TEXT = [['text', { text: 'Is it?' }]] as const;

/**
 * Gemma 3 gets no picture: every one is 256 tokens and 4,096 patches, which software WebGPU would take
 * hours for, at the pace that the text shows.
 */
const LOADED = [
  { repository: 'Qwen/Qwen2-VL-2B-Instruct', questions: QUESTIONS },
  { repository: 'Qwen/Qwen2.5-VL-7B-Instruct', questions: QUESTIONS },
  { repository: 'google/gemma-3-12b-it', questions: SHORT_TEXT },
];

for (const { repository, questions } of LOADED) {
  test.describe(repository, () => {
    test.skip(process.env['BAPA_LONG'] !== '1', 'takes an hour: npm run test:long runs it');
    test.describe.configure({ mode: 'serial', timeout: 6 * HOUR });

    const sizes = MODELS.find((model) => model.repository === repository)!.formats[FORMAT]!;
    const lines: string[] = [];
    let [folder, checkpoint, context] = ['', '', undefined as BrowserContext | undefined];
    let worker: WorkerFiles;

    test.beforeAll(async () => {
      folder = await mkdtemp(join(process.env['BAPA_SCRATCH'] ?? tmpdir(), 'full-size-tab-'));
      checkpoint = join(folder, repository.split('/')[1]!);
      worker = await buildWorker('e2e/measured-worker.ts');
      const bapa = ['run', '--silent', 'bapa', '--'];
      const made = ['synth', '--geometry', repository, '--out', checkpoint];
      await promisify(execFile)('npm', [...bapa, ...made], { timeout: HOUR });
      await shortenTemplate(join(checkpoint, 'chat_template.jinja'));
    });

    test.beforeEach(async ({ baseURL }, { project }) => {
      // Not a private window: those keep their files in memory.
      context = await chromium.launchPersistentContext(join(folder, 'profile'), {
        ...project.use.launchOptions,
        baseURL: baseURL!,
      });
    });

    test.afterEach(() => context?.close());

    test.afterAll(async () => {
      console.info([repository, ...lines].join('\n  '));
      await rm(folder, { recursive: true, force: true });
    });

    test('is converted on its way into the storage of the browser', async () => {
      const measured = await MeasuredPage.open(context!.pages()[0]!, worker);
      const stop = watchMemory(measured);
      const start = performance.now();
      const { milliseconds } = await measured.loadFolder(checkpoint, FORMAT);
      const whole = performance.now() - start;
      const peaks = await stop();
      await rm(checkpoint, { recursive: true });
      report(`converted in ${seconds(whole - milliseconds)}`, peaks);
      report(`loaded with its hashes checked in ${seconds(milliseconds)}`);
      expect(peaks.heap).toBeLessThanOrEqual(LARGEST_HEAP);
    });

    test('loads from there and answers with one token each time', async () => {
      const measured = await MeasuredPage.open(context!.pages()[0]!, worker);
      const stop = watchMemory(measured);
      const { build, dtype, adapter, milliseconds } = await measured.loadKept();
      const counts = await measured.counts();
      report(
        `loaded on ${adapter} as ${dtype} in ${seconds(milliseconds)}: ${bytes(counts.gpu)} in ${counts.gpuBuffers} GPU buffers`,
      );
      expect(build).toBe('jspi');
      for (const [what, asked] of questions) {
        const answer = await measured.call('answer', asked);
        const { promptTokens, tokenId, margin, encodeMs, answerMs } = answer;
        const encoding = 'image' in asked ? `encoded in ${seconds(encodeMs)}, ` : '';
        report(
          `${what}, ${promptTokens} tokens: ${encoding}token ${tokenId} (Yes − No ${margin.toFixed(3)}) in ${seconds(answerMs)}`,
        );
        expect(promptTokens).toBeLessThanOrEqual(MOST_TOKENS);
        expect(Number.isFinite(margin)).toBe(true);
      }
      const peaks = await stop();
      report('loaded and asked', peaks);
      const { gpuPeak, gpuLargest, mappedPeak } = await measured.counts();
      report(
        `GPU at most ${bytes(gpuPeak)}, in one buffer ${bytes(gpuLargest)} (models.json: ${bytes(sizes.gpuMemory)} with a run, ${bytes(sizes.largestTensor)}); mapped at once ${bytes(mappedPeak)}`,
      );
      for (const [kind, peak] of await residentPeaks(measured))
        if (kind === 'renderer' || kind === 'GPU')
          report(`resident in the ${kind} process at most ${bytes(peak)}`);
      // What is mapped is memory of the page for moments that a look at its heap may miss.
      expect(peaks.heap + mappedPeak).toBeLessThanOrEqual(LARGEST_HEAP);
      expect(gpuLargest).toBeLessThanOrEqual(sizes.largestTensor);
    });

    function report(what: string, peaks?: MemoryPeaks): void {
      const line = peaks
        ? `${what}: heap at most ${bytes(peaks.heap)} (objects ${bytes(peaks.objects)}, array buffers ${bytes(peaks.arrayBuffers)}, WebAssembly ${bytes(peaks.wasm)}; ${peaks.looks} looks)`
        : what;
      lines.push(line);
      console.info(line);
    }
  });
}

/** The template's loop over pictures and text, without the words before and after. */
async function shortenTemplate(path: string): Promise<void> {
  const [loop] = /\{%- for .* endfor -%\}/s.exec(await readFile(path, 'utf8'))!;
  await writeFile(path, loop);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function bytes(count: number): string {
  return `${(count / 2 ** 20).toFixed(1)} MiB`;
}
