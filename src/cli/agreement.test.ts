import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, test } from 'vitest';
import { planProbe, runProbe } from '../experiments/probe.ts';
import type { ProbeRecord } from '../results/records.ts';
import type { Provider } from '../runtime/engine.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { openEngine } from '../runtime/open-engine-node.ts';
import { isHere } from '../runtime/testing/providers.ts';
import { openDataset } from './open-dataset.ts';
import { PROVIDERS, schemesOption } from './options.ts';
import { findModel } from './places.ts';

/** Ten groups under both schemes: 360 answers from each provider. */
const GROUPS = 10;
const SEED = 7;

/** Margins may differ by this much, and an answer only where its margin is smaller than the other. */
const MARGIN_TOLERANCE = 1e-3;
const CLEAR_MARGIN = 0.01;

/** In software WebGPU takes most of it. */
const MINUTES = 60_000;

async function probeOn(provider: Provider): Promise<ProbeRecord[]> {
  const dataset = await openDataset('emoji-probe');
  const schemes = schemesOption('standard,balanced');
  const options = { groups: GROUPS, seed: SEED, schemes, picturesPerBatch: 9 };
  const plan = planProbe(dataset, options);
  const { folder, name } = await findModel('emoji-llava');
  const start = performance.now();
  const engine = await openEngine({ source: new FolderSource(folder), name, provider });
  try {
    const records = await runProbe(engine, dataset, plan, { onRecord: () => {} });
    const seconds = (performance.now() - start) / 1000;
    console.info(`${provider}: ${records.length} answers in ${seconds.toFixed(1)} s`);
    return records;
  } finally {
    await engine.dispose();
  }
}

describe.skipIf(process.env.BAPA_LONG !== '1')('providers agree on the probe', () => {
  const runs = new Map<Provider, ProbeRecord[]>();
  const lines: string[] = [];

  afterAll(() => console.info(lines.join('\n')));

  function answersOf(provider: Provider): readonly ProbeRecord[] {
    const records = runs.get(provider);
    if (records) return records;
    throw new Error(`${provider} did not answer everything, so there is nothing to compare with.`);
  }

  for (const provider of PROVIDERS)
    test.skipIf(!isHere(provider))(
      `${provider} answers everything`,
      async () => {
        const records = await probeOn(provider);
        runs.set(provider, records);
        expect(records).toHaveLength(GROUPS * 9 * 2 * 2);
      },
      90 * MINUTES,
    );

  const pairs = [
    ['cpu', 'wasm'],
    ['cpu', 'webgpu'],
    ['wasm', 'webgpu'],
  ] as const;
  for (const [one, other] of pairs)
    test.skipIf(!isHere(other))(`${one} and ${other}`, () => {
      const others = new Map(answersOf(other).map((record) => [record.key, record]));
      let largest = 0;
      let clear = 0;
      for (const record of answersOf(one)) {
        const { margin, output } = others.get(record.key)!;
        // Math.max keeps NaN, and no NaN is below a tolerance.
        largest = Math.max(largest, Math.abs(margin - record.margin));
        if (Math.abs(record.margin) <= CLEAR_MARGIN) continue;
        clear++;
        expect(output, record.key).toBe(record.output);
      }
      lines.push(
        `${one} and ${other}: largest difference of margins ${largest.toExponential(2)}, ${clear} clear answers equal`,
      );
      expect(largest).toBeLessThan(MARGIN_TOLERANCE);
      expect(clear).toBeGreaterThan(0);
    });
});
