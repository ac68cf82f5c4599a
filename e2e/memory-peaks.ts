/** The most memory that a measured page took, looked at again and again while it works. */
import { readFileSync } from 'node:fs';
import type { MeasuredPage } from './measured-page.ts';

/** In bytes, of page and worker together. */
export interface MemoryPeaks {
  /** Objects, array buffers and WebAssembly memories at the same moment, garbage included. */
  readonly heap: number;
  /** Of them, the most that each was, each at its own moment. */
  readonly objects: number;
  readonly arrayBuffers: number;
  readonly wasm: number;
  readonly looks: number;
}

/** Milliseconds between two looks. */
const PAUSE = 250;

/** Looks until it is told to stop, and once more then. */
export function watchMemory(measured: MeasuredPage): () => Promise<MemoryPeaks> {
  let [heap, objects, arrayBuffers, wasm, looks] = [0, 0, 0, 0, 0];
  const look = async () => {
    const [use, counts] = await Promise.all([measured.heap(), measured.counts()]);
    objects = Math.max(objects, use.objects);
    arrayBuffers = Math.max(arrayBuffers, use.arrayBuffers);
    wasm = Math.max(wasm, counts.wasm);
    heap = Math.max(heap, use.objects + use.arrayBuffers + counts.wasm);
    looks++;
  };
  let watching = true;
  const watch = (async () => {
    while (watching) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  })();
  // Whoever stops it is told; nobody waits for it before.
  watch.catch(() => {});
  return async () => {
    watching = false;
    await watch;
    await look();
    return { heap, objects, arrayBuffers, wasm, looks };
  };
}

/** Bytes of memory that a kind of the browser's processes held at most, by Linux's own count. */
export async function residentPeaks({ page }: MeasuredPage): Promise<Map<string, number>> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const peaks = new Map<string, number>();
  for (const { type, id } of processInfo)
    peaks.set(type, Math.max(peaks.get(type) ?? 0, residentPeak(id)));
  return peaks;
}

/** 0 where the system does not tell. */
function residentPeak(processId: number): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
