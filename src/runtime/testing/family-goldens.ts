/**
 * A family's tiny random checkpoint against Hugging Face transformers: image features, every logit, eight
 * greedy tokens, and how text attends to images in every layer and head. Its cases are the folders of
 * `fixtures/golden/<name>` (see tools/golden/README.md).
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openNodeBackend } from '../backend-node.ts';
import type { Provider } from '../engine.ts';
import type { RuntimeEngine } from '../model-engine.ts';
import { openEngineOn } from '../open-engine.ts';
import { goldenSource } from './golden-source.ts';
import { expectFlow, readAttention } from './golden-flow.ts';
import { expectGolden, readGolden, SCHEMES } from './golden.ts';
import { expectGreedy, GreedyRunner } from './greedy.ts';
import { isHere } from './providers.ts';

/** Which cases run on WebGPU: it is computed in software where there is no GPU. */
export interface GoldenRow {
  /** A folder of `fixtures`. */
  readonly name: string;
  readonly webgpu: readonly string[];
  /** Only with BAPA_LONG=1. */
  readonly webgpuLong?: readonly string[];
}

const HOST_PROVIDERS: readonly Provider[] = ['cpu', 'wasm'];

/** Declares the suites of a family: every case on cpu and wasm, the row's on WebGPU. */
export function describeFamily({ name, webgpu, webgpuLong = [] }: GoldenRow): void {
  for (const provider of HOST_PROVIDERS)
    for (const one of casesOf(name)) describeCase(name, provider, one);
  for (const one of webgpu) describeCase(name, 'webgpu', one);
  for (const one of webgpuLong) describeCase(name, 'webgpu', one, process.env.BAPA_LONG === '1');
}

function casesOf(name: string): string[] {
  const entries = readdirSync(`fixtures/golden/${name}`, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function describeCase(name: string, provider: Provider, one: string, wanted = true): void {
  describe.skipIf(!wanted || !isHere(provider))(`${name} on ${provider}: ${one}`, () => {
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
}
