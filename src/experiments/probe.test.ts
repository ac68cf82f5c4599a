import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeDataset } from '../data/dataset.ts';
import { loadEmojiProbe } from '../data/emoji-probe.ts';
import type { ProbeRecord } from '../results/records.ts';
import type { RunProgress } from '../results/run-progress.ts';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import type { Engine } from '../runtime/engine.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { openEngine } from '../runtime/open-engine-node.ts';
import { LiveProbe } from './live.ts';
import { composePicture, planProbe, probeManifest, runProbe } from './probe.ts';

const PUBLIC = new URL('../../public/', import.meta.url);

let engine: Engine;
let dataset: ProbeDataset;

beforeAll(async () => {
  const source = new FolderSource(fileURLToPath(new URL('models/emoji-llava', PUBLIC)));
  engine = await openEngine({ source, name: 'emoji-llava', provider: 'cpu' });
  dataset = await loadEmojiProbe((file) => readFile(new URL(`data/emoji-probe/${file}`, PUBLIC)));
});

afterAll(() => engine?.dispose());

/** Everything but the time it took. */
function timeless(records: readonly ProbeRecord[]): Omit<ProbeRecord, 'milliseconds'>[] {
  return records.map(({ milliseconds, ...rest }) => {
    expect(milliseconds).toBeGreaterThan(0);
    return rest;
  });
}

// Real passes through the embedded model on the CPU; two pictures a batch keep them short.
describe('runProbe on emoji-llava', () => {
  const options = { groups: 1, seed: 11, schemes: [STANDARD, BALANCED], picturesPerBatch: 2 };

  it('writes every record in order, and the same again', async () => {
    const plan = planProbe(dataset, options);
    const written: ProbeRecord[] = [];
    const progress: RunProgress[] = [];
    const records = await runProbe(engine, dataset, plan, {
      onRecord: (record) => void written.push(record),
      onProgress: (state) => progress.push(state),
    });
    expect(written).toEqual(records);
    expect(records).toHaveLength(plan.total);
    expect(records.map((record) => record.index)).toEqual(
      plan.items.flatMap((item) => [item.index, item.index]),
    );
    expect(progress[0]).toEqual({ done: 0, total: 36, millisecondsLeft: null });
    expect(progress.at(-1)).toEqual({ done: 36, total: 36, millisecondsLeft: 0 });
    expect(new Set(records.map((record) => record.imageHash)).size).toBe(9);
    const margins = (scheme: string) =>
      records.filter((record) => record.scheme === scheme).map((record) => record.margin);
    expect(margins('standard')).not.toEqual(margins('balanced'));

    // Stopped after five records and resumed: the same as uninterrupted.
    const done = new Map(records.slice(0, 5).map((record) => [record.key, record]));
    const added: ProbeRecord[] = [];
    const resumed = await runProbe(engine, dataset, plan, {
      done,
      onRecord: (record) => void added.push(record),
    });
    expect(added).toHaveLength(31);
    expect(timeless(resumed)).toEqual(timeless(records));
  });

  it('stops when told to, after whole batches, and waits at the gate', async () => {
    const plan = planProbe(dataset, options);
    const controller = new AbortController();
    const written: ProbeRecord[] = [];
    let gates = 0;
    const run = runProbe(engine, dataset, plan, {
      onRecord: (record) => void written.push(record),
      signal: controller.signal,
      gate: async () => {
        gates++;
        if (gates === 2) controller.abort(new Error('Enough.'));
      },
    });
    await expect(run).rejects.toThrow('Enough.');
    expect(written).toHaveLength(2 * 2 * 2);
  });

  it('says in its manifest what it ran', () => {
    const manifest = probeManifest(
      engine,
      dataset,
      planProbe(dataset, options),
      '2025-01-01T00:00:00Z',
    );
    expect(manifest.model).toMatchObject({ name: 'emoji-llava', family: 'llava' });
    expect(manifest.imageSize).toEqual({ width: 504, height: 504 });
    expect(manifest.yesTokenIds.length).toBeGreaterThan(0);
    expect(manifest.renderedPrompt).toContain(manifest.prompt.trim());
    expect(manifest).toMatchObject({ groups: 1, seed: 11, picturesPerBatch: 2, whiteCells: 0 });
  });
});

describe('LiveProbe on emoji-llava', () => {
  it('encodes a picture once for all captions and strengths', async () => {
    const live = new LiveProbe(engine, 2);
    const plan = planProbe(dataset, { groups: 1, seed: 11, schemes: [STANDARD] });
    const [first, , second] = plan.items;
    const image = await composePicture(dataset, first!.pictures);
    const other = await composePicture(dataset, second!.pictures);
    const ask = (of: typeof image, caption: string, strengths: number[]) =>
      live.ask({ image: of, caption, strengths });

    const both = await ask(image, 'red apple', [0, 1]);
    expect(both.encoded).toBe(true);
    expect(both.answers).toHaveLength(2);
    const again = await ask(image, 'red apple', [0.5, 1]);
    expect(again.encoded).toBe(false);
    expect(again.answers[1]!.margin).toBeCloseTo(both.answers[1]!.margin, 4);
    expect((await ask(image, 'dog', [0])).encoded).toBe(false);
    // Two are kept: a third picture drops the one that was asked longest ago.
    expect((await ask(other, 'dog', [0])).encoded).toBe(true);
    const blank = { ...image, data: image.data.map(() => 255) };
    expect((await ask(blank, 'dog', [0])).encoded).toBe(true);
    expect((await ask(image, 'dog', [0])).encoded).toBe(true);
    await live.dispose();
  });
});
