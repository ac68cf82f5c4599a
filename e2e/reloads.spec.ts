/** A model is released completely when another takes its place: twenty loads leave no more than two. */
import { expect, test } from '@playwright/test';
import { buildWorker, type HeapUse, MeasuredPage, PICTURE } from './measured-page.ts';
import type { MemoryCounts } from './memory-counters.ts';

/** So many that the second load and the last are of one family. */
const FAMILIES = [
  'tiny-llava-1.5-vicuna',
  'tiny-qwen2.5-vl',
  'tiny-gemma3',
  'tiny-llava-next-mistral',
  'tiny-qwen2-vl',
  'tiny-llava-next-llama3',
];
const LOADS = 20;
const COMPARED = 2;

/**
 * In bytes. Objects are code that was compiled since as well: 1.1 MB, and 2.1 MB where no engine is
 * released (then there are twenty devices, too).
 */
const SLACK: HeapUse = { objects: 1.5 * 2 ** 20, arrayBuffers: 2 ** 14 };

test('twenty loads in a row leave GPU bytes and heap where the second load left them', async ({
  page,
}) => {
  const measured = await MeasuredPage.open(page, await buildWorker('e2e/measured-worker.ts'));
  const held: (MemoryCounts & HeapUse)[] = [];
  for (let load = 1; load <= LOADS; load++) {
    const family = FAMILIES[(load - 1) % FAMILIES.length]!;
    const { build } = await measured.loadFolder(`fixtures/${family}`, 'q4');
    expect(build).toBe('jspi');
    // Answers take the software driver most time: without them the loads between go faster.
    if (load <= COMPARED || load === LOADS || process.env['BAPA_LONG'] === '1')
      await measured.call('answer', { text: 'Is it here?', image: PICTURE });
    await measured.collectGarbage();
    const now = { ...(await measured.counts()), ...(await measured.heap()) };
    held.push(now);
    console.info(
      `load ${load}, ${family}: ${now.gpu} bytes in ${now.gpuBuffers} GPU buffers, ${now.objects} in objects, ${now.arrayBuffers} in array buffers, ${now.wasm} in WebAssembly`,
    );
  }
  const [second, last] = [held[COMPARED - 1]!, held.at(-1)!];
  expect(last.devices).toBe(1);
  expect(last.gpu).toBe(second.gpu);
  expect(last.gpuBuffers).toBe(second.gpuBuffers);
  expect(last.wasm).toBe(second.wasm);
  expect(last.arrayBuffers - second.arrayBuffers).toBeLessThanOrEqual(SLACK.arrayBuffers);
  expect(last.objects - second.objects).toBeLessThanOrEqual(SLACK.objects);
});
