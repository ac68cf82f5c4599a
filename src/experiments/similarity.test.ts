/** Against the reference's number by Hugging Face transformers (tools/golden/make_similarity.py). */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeDataset } from '../data/dataset.ts';
import { loadEmojiProbe } from '../data/emoji-probe.ts';
import { CELLS } from '../results/records.ts';
import type { RunProgress } from '../results/run-progress.ts';
import type { SimilarityRecord } from '../results/similarity.ts';
import type { Engine, Provider } from '../runtime/engine.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { openEngine } from '../runtime/open-engine-node.ts';
import { describeOn } from '../runtime/testing/providers.ts';
import { planSimilarity, planTargets, runSimilarity, similarityManifest } from './similarity.ts';

const ROOT = new URL('../../', import.meta.url);
const TOLERANCE = 1e-4;

interface Golden {
  readonly model: string;
  readonly item: string;
  readonly cell: number;
  readonly caption: string;
  readonly max: number;
  readonly mean: number;
  readonly own: number | null;
}

/** WebGPU runs in software where there is no GPU: one real model and one small one are run on it. */
const RUNS: readonly (readonly [Provider, readonly string[]])[] = [
  [
    'cpu',
    [
      'emoji-llava',
      'tiny-llava-1.5-vicuna',
      'tiny-llava-next-llama3',
      'tiny-llava-next-mistral',
      'tiny-qwen2-vl',
      'tiny-qwen2.5-vl',
      'tiny-gemma3',
    ],
  ],
  ['wasm', ['emoji-llava', 'tiny-gemma3', 'tiny-qwen2-vl']],
  ['webgpu', ['emoji-llava', 'tiny-gemma3']],
];

let dataset: ProbeDataset;
let golden: readonly Golden[];

beforeAll(async () => {
  const file = (path: string) => readFile(new URL(path, ROOT));
  dataset = await loadEmojiProbe((name) => file(`public/data/emoji-probe/${name}`));
  golden = JSON.parse((await file('fixtures/golden/similarity.json')).toString()) as Golden[];
});

function openModel(name: string, provider: Provider): Promise<Engine> {
  const folder = name === 'emoji-llava' ? 'public/models/emoji-llava' : `fixtures/${name}`;
  const source = new FolderSource(fileURLToPath(new URL(folder, ROOT)));
  return openEngine({ source, name, provider });
}

for (const [provider, models] of RUNS)
  describeOn(provider, `the reference's similarity on ${provider}`, () => {
    it.each(models)('%s', async (name) => {
      const cases = golden.filter(({ model }) => model === name);
      expect(cases).toHaveLength(3);
      const engine = await openModel(name, provider);
      try {
        const targets = cases.map(({ item: id, caption }) => ({ id, caption }));
        const plan = planTargets(targets, 0);
        // Of each target the one picture that the golden number is of.
        const batches = [
          plan.batches.flat().filter(({ group, cell }) => cases[group]!.cell === cell),
        ];
        const only = { ...plan, batches, total: 3 };
        const records = await runSimilarity(engine, dataset, only, { onRecord: () => {} });
        let largest = 0;
        records.forEach((record, at) => {
          const { max, mean, own } = cases[at]!;
          const apart = [record.max - max, record.mean - mean];
          if (own !== null) apart.push(record.own! - own);
          // Math.max keeps NaN, and no NaN is below a tolerance.
          largest = Math.max(largest, ...apart.map(Math.abs));
        });
        expect(largest).toBeLessThan(TOLERANCE);
      } finally {
        await engine.dispose();
      }
    });
  });

describe('runSimilarity on emoji-llava', () => {
  let engine: Engine;
  beforeAll(async () => (engine = await openModel('emoji-llava', 'cpu')));
  afterAll(() => engine?.dispose());

  const options = { groups: 1, seed: 11, picturesPerBatch: 2 };
  const timeless = (records: readonly SimilarityRecord[]) =>
    records.map((record) => ({ ...record, milliseconds: 0 }));

  it('writes every record in order, goes on where it stopped, and stops when told to', async () => {
    const plan = planSimilarity(dataset, options);
    const written: SimilarityRecord[] = [];
    const progress: RunProgress[] = [];
    const records = await runSimilarity(engine, dataset, plan, {
      onRecord: (record) => void written.push(record),
      onProgress: (state) => progress.push(state),
    });
    expect(written).toEqual(records);
    expect(records.map(({ cell }) => cell)).toEqual([...CELLS]);
    expect(progress[0]).toEqual({ done: 0, total: 9, millisecondsLeft: null });
    expect(progress.at(-1)).toEqual({ done: 9, total: 9, millisecondsLeft: 0 });
    expect(new Set(records.map(({ imageHash }) => imageHash)).size).toBe(9);

    // In the middle of a batch.
    const done = new Map(records.slice(0, 5).map((record) => [record.key, record]));
    const controller = new AbortController();
    const added: SimilarityRecord[] = [];
    const stopped = runSimilarity(engine, dataset, plan, {
      done,
      onRecord: (record) => {
        added.push(record);
        controller.abort(new Error('Enough.'));
      },
      signal: controller.signal,
    });
    await expect(stopped).rejects.toThrow('Enough.');
    expect(timeless(added)).toEqual(timeless(records.slice(5, 6)));
  });

  it('refuses captions that the model cannot read', async () => {
    const target = (caption: string) => planTargets([{ id: 'anchor', caption }], 0);
    const run = (caption: string) =>
      runSimilarity(engine, dataset, target(caption), { onRecord: () => {} });
    await expect(run('an <image> of it')).rejects.toThrow('which the model reads as a picture');
  });

  it('says in its manifest what it ran', () => {
    const { name, hash, items } = dataset;
    const source = { dataset: { name, hash, items: items.length }, side: dataset.cell };
    const plan = planSimilarity(dataset, options);
    const manifest = similarityManifest(engine, source, plan, '2025-01-01T00:00:00Z');
    expect(manifest).toMatchObject({ experiment: 'similarity', groups: 1, seed: 11, schemes: [] });
    expect(manifest.imageSize).toEqual({ width: 504, height: 504 });
  });
});
