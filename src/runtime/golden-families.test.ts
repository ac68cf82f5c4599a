/**
 * Every family's tiny random checkpoint against Hugging Face transformers: image features, every logit,
 * eight greedy tokens, and how text attends to images in every layer and head. A row of the table is a folder of `fixtures`; its cases are the folders of
 * `fixtures/golden/<name>` (see tools/golden/README.md).
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, test } from 'vitest';
import { openNodeBackend } from './backend-node.ts';
import type { Provider } from './engine.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngineOn } from './open-engine.ts';
import { goldenSource } from './testing/golden-source.ts';
import { expectFlow, readAttention } from './testing/golden-flow.ts';
import { expectGolden, readGolden, SCHEMES } from './testing/golden.ts';
import { expectGreedy, GreedyRunner } from './testing/greedy.ts';
import { describeOn } from './testing/providers.ts';

interface Row {
  readonly name: string;
  /** WebGPU runs in software where there is no GPU: these cases alone are run on it. */
  readonly webgpu: readonly string[];
}

const FAMILIES: readonly Row[] = [
  { name: 'tiny-gemma3', webgpu: ['right-padded', 'two-images'] },
  { name: 'tiny-qwen2-vl', webgpu: ['right-padded'] },
  { name: 'tiny-qwen2.5-vl', webgpu: ['right-padded'] },
  { name: 'tiny-llava-1.5-vicuna', webgpu: ['right-padded'] },
  { name: 'tiny-llava-next-llama3', webgpu: ['left-padded'] },
  { name: 'tiny-llava-next-mistral', webgpu: ['right-padded'] },
];
const PROVIDERS: readonly Provider[] = ['cpu', 'wasm', 'webgpu'];

const RUNS = FAMILIES.flatMap(({ name, webgpu }) =>
  PROVIDERS.flatMap((provider) =>
    (provider === 'webgpu' ? webgpu : casesOf(name)).map((one) => ({ name, provider, one })),
  ),
);

function casesOf(name: string): string[] {
  const entries = readdirSync(`fixtures/golden/${name}`, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

for (const { name, provider, one } of RUNS)
  describeOn(provider, `${name} on ${provider}: ${one}`, () => {
    let engine: RuntimeEngine;
    let greedy: GreedyRunner;

    beforeAll(async () => {
      const source = await goldenSource(name, one);
      const backend = await openNodeBackend(provider);
      engine = await openEngineOn(backend, { source, name });
      // On the same device, which has the shaders by then.
      greedy = await GreedyRunner.open(backend, source);
    });

    afterAll(async () => {
      await greedy?.dispose();
      await engine?.dispose();
    });

    test.each(SCHEMES)(
      'logits under %s positions equal the reference',
      async (scheme, strength) => {
        await expectGolden(engine, await readGolden(`${name}/${one}`), scheme, strength);
      },
    );

    test.each(SCHEMES)(
      'greedy tokens under %s positions equal the reference',
      async (scheme, strength) => {
        await expectGreedy(greedy, await readGolden(`${name}/${one}`), scheme, strength);
      },
    );

    test.each(provider === 'webgpu' ? SCHEMES.slice(2) : SCHEMES)(
      'attention under %s positions equals the reference',
      async (scheme, strength) => {
        const path = `${name}/${one}`;
        const [golden, attention] = [await readGolden(path), await readAttention(path)];
        const flowOf = engine.computeFlow.bind(engine);
        await expectFlow(flowOf, golden, attention, scheme, strength);
      },
    );
  });
