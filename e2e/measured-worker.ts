/**
 * The worker's own engine host without the workbench around it, with counters: what measured-page.ts
 * drives. Each message is `{ id, method, argument }`, each reply `{ id, result }` or `{ id, error }`.
 */
// First: it has to see every buffer and memory that is made.
import { memoryCounts } from './memory-counters.ts';
import { processImage } from '../src/data/image-processors.ts';
import type { LoadRequest } from '../src/protocol/workbench.ts';
import type { RgbImage } from '../src/tensor/image.ts';
import { EngineHost } from '../src/worker/engine-host.ts';
import { describeMachine } from '../src/worker/model-places.ts';

/** A prompt for one greedy token. */
export interface OneToken {
  readonly text: string;
  readonly image?: RgbImage | undefined;
}

export interface OneTokenAnswer {
  readonly promptTokens: number;
  readonly tokenId: number;
  readonly output: string;
  readonly margin: number;
  /** Of the vision encoder, and of the prefill with its token. */
  readonly encodeMs: number;
  readonly answerMs: number;
}

let step = '';
const host = new EngineHost((event) => {
  if (event.type !== 'load-progress' || event.progress.step === step) return;
  ({ step } = event.progress);
  console.info(step);
}, new URL('/ort/', self.location.href).href);

const METHODS = {
  load: (request: LoadRequest) => host.load(request),
  machine: () => describeMachine('webgpu'),
  counts: async () => memoryCounts(),
  async answer({ text, image }: OneToken): Promise<OneTokenAnswer> {
    const { engine } = await host.current();
    const start = performance.now();
    const pictures = image ? [processImage(image, engine.info.spec.imageProcessor)] : [];
    const images = pictures.length > 0 ? await engine.encodeImages(pictures) : [];
    const encoded = performance.now();
    const question = { images, text };
    const promptTokens = engine.promptIds(question).length;
    const { tokenIds, output, margin } = await engine.generate(question, 0, 1);
    const answerMs = performance.now() - encoded;
    for (const one of images) one.release();
    return {
      promptTokens,
      tokenId: tokenIds[0]!,
      output,
      margin,
      encodeMs: encoded - start,
      answerMs,
    };
  },
};

export type MeasuredMethods = typeof METHODS;

self.onmessage = async ({ data: { id, method, argument } }: MessageEvent) => {
  try {
    const result = await METHODS[method as keyof MeasuredMethods](argument as never);
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
