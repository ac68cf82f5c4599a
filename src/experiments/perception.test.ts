import { describe, expect, it } from 'vitest';
import type { ProbeDataset } from '../data/dataset.ts';
import { coverRectangle } from '../data/picture-tiles.ts';
import { massShares } from '../results/occlusion-map.ts';
import { mapOf, type PerceptionRecord } from '../results/perception-records.ts';
import { summarizePerception } from '../results/perception-summary.ts';
import { CELLS } from '../results/records.ts';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import type { RunProgress } from '../results/run-progress.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { PerceptionOptions } from './perception-plan.ts';
import { planPerception, runPerception } from './perception.ts';
import { oneCellEngine } from './testing/one-cell-engine.ts';

/** Cells of 20 pixels with a noisy square of 10 in the middle, the rest white. */
const DATASET: ProbeDataset = {
  name: 'squares',
  hash: 'squares',
  cell: 20,
  items: Array.from({ length: 12 }, (_, at) => ({ id: `${at}`, caption: `thing ${at}` })),
  picture: (id) => Promise.resolve(square(Number(id))),
};

function square(seed: number): RgbImage {
  let image = coverRectangle(
    { width: 20, height: 20, data: new Uint8Array(1200) },
    { left: 0, top: 0, right: 1, bottom: 1 },
    [255, 255, 255],
  );
  for (let at = 0; at < 100; at++) {
    const [left, top] = [(5 + (at % 10)) / 20, (5 + Math.floor(at / 10)) / 20];
    const place = { left, top, right: left + 0.05, bottom: top + 0.05 };
    const colour = [0, 1, 2].map((channel) => ((at + 1) * (seed + 3) * 37 + channel * 71) % 200);
    image = coverRectangle(image, place, colour);
  }
  return image;
}

const OPTIONS: PerceptionOptions = {
  groups: 1,
  seed: 3,
  schemes: [STANDARD],
  modes: ['reference', 'kernel', 'coarse'],
  fill: 'white',
  tile: 1,
  batch: 16,
};

function collect(records: PerceptionRecord[]) {
  return { onRecord: (record: PerceptionRecord) => void records.push(record) };
}

// Patches are 5 pixels and reference tiles 3, so that both fall on the pictures' own pixels.
describe('perception maps of a model that looks at one cell', () => {
  const LOOKED_AT = 5;

  it('have all their mass there, whatever the mode and wherever the target', async () => {
    const engine = oneCellEngine(LOOKED_AT);
    const plan = planPerception(DATASET, OPTIONS);
    const records = await runPerception(engine, plan, { onRecord: () => {} });
    expect(records).toHaveLength(27);
    expect(plan.total).toBe(27);
    for (const record of records) {
      const shares = massShares(mapOf(record)!)!;
      expect(shares[LOOKED_AT]).toBeCloseTo(1, 6);
      expect(Math.max(...record.map!.flat())).toBe(1);
      expect(record.maximum).toBeGreaterThan(0);
    }
    // Each cell's square of 10 pixels is 2 x 2 patches, and no other tile needs a run.
    const [reference, kernel, coarse] = records as [
      PerceptionRecord,
      PerceptionRecord,
      PerceptionRecord,
    ];
    expect(reference).toMatchObject({ mode: 'reference', tiles: 400, output: 'Yes indeed' });
    expect(kernel).toMatchObject({ mode: 'kernel', tiles: 144, passes: 36, tokenIds: [7, 8] });
    expect(coarse.passes).toBeLessThan(kernel.passes);
    expect(reference.passes).toBeLessThan(9 * 25);
    expect(engine.held.size).toBe(0);

    const summary = summarizePerception(records);
    for (const { cells } of summary.conditions)
      cells.forEach(({ share, n }, cell) => {
        expect(n).toBe(1);
        expect(share!.value).toBeCloseTo(cell === LOOKED_AT ? 1 : 0, 6);
      });
    const modes = summary.agreements.map(({ first, second, all }) => [
      first,
      second,
      all!.mean > 0.6,
    ]);
    expect(modes).toEqual([
      ['reference', 'kernel', true],
      ['reference', 'coarse', true],
      ['kernel', 'coarse', true],
    ]);
  });

  it('say exactly how much each patch changes', async () => {
    const engine = oneCellEngine(LOOKED_AT);
    const plan = planPerception(DATASET, { ...OPTIONS, modes: ['kernel'] });
    const [record] = await runPerception(engine, plan, { onRecord: () => {} });
    const hot = record!.map!.flatMap((row, r) =>
      row.flatMap((value, c) => (value > 0 ? [[r, c]] : [])),
    );
    // The cell's patches are rows 4 to 7 and columns 8 to 11, its square the inner four.
    expect(hot).toEqual([
      [5, 9],
      [5, 10],
      [6, 9],
      [6, 10],
    ]);
  });

  it('are the same under other batches, and larger tiles are sums here', async () => {
    const run = async (options: Partial<PerceptionOptions>) => {
      const plan = planPerception(DATASET, { ...OPTIONS, modes: ['kernel'], ...options });
      const [record] = await runPerception(oneCellEngine(LOOKED_AT), plan, {
        onRecord: () => {},
      });
      return record!;
    };
    const plain = await run({});
    expect({ ...(await run({ batch: 5 })), milliseconds: plain.milliseconds }).toEqual(plain);
    const large = await run({ tile: 4 });
    expect(large).toMatchObject({ tiles: 9, passes: 9 });
    const values = plain.map!.flat().map((value) => value * plain.maximum);
    expect(large.maximum).toBeCloseTo(
      values.reduce((a, b) => a + b, 0),
      4,
    );
    // What is painted black is nothing that a white tile could be taken for.
    expect((await run({ fill: 'black', tile: 2 })).passes).toBe(36);
  });
});

describe('runPerception', () => {
  const plan = planPerception(DATASET, {
    ...OPTIONS,
    schemes: [STANDARD, BALANCED],
    modes: ['kernel', 'coarse'],
  });
  const timeless = (records: readonly PerceptionRecord[]) =>
    records.map((record) => ({ ...record, milliseconds: 0 }));

  it('writes records in order, tells how far it is, and resumes to the same', async () => {
    const written: PerceptionRecord[] = [];
    const progress: RunProgress[] = [];
    const records = await runPerception(oneCellEngine(0), plan, {
      ...collect(written),
      onProgress: (state) => progress.push(state),
    });
    expect(written).toEqual(records);
    expect(records).toHaveLength(plan.total);
    expect(new Set(records.map(({ key }) => key)).size).toBe(plan.total);
    expect(records.map(({ cell }) => cell)).toEqual(CELLS.flatMap((cell) => Array(4).fill(cell)));
    expect(progress[0]).toEqual({ done: 0, total: 9, millisecondsLeft: null, passes: 0 });
    const passes = records.reduce((sum, record) => sum + record.passes, 0);
    expect(progress.at(-1)).toEqual({ done: 9, total: 9, millisecondsLeft: 0, passes });
    progress.reduce((before, { done }) => {
      expect(done).toBeGreaterThanOrEqual(before);
      return done;
    }, 0);

    const done = new Map(records.slice(0, 6).map((record) => [record.key, record]));
    const added: PerceptionRecord[] = [];
    const engine = oneCellEngine(0);
    const resumed = await runPerception(engine, plan, { done, ...collect(added) });
    expect(added).toHaveLength(plan.total - 6);
    expect(timeless(resumed)).toEqual(timeless(records));
  });

  it('stops between batches, and waits at the gate', async () => {
    const controller = new AbortController();
    const written: PerceptionRecord[] = [];
    let gates = 0;
    const engine = oneCellEngine(0);
    const run = runPerception(engine, plan, {
      ...collect(written),
      signal: controller.signal,
      gate: async () => {
        if (++gates === 12) controller.abort(new Error('Enough.'));
      },
    });
    await expect(run).rejects.toThrow('Enough.');
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(plan.total);
    expect(engine.held.size).toBe(0);
  });

  it('has no map where the model says nothing, or where nothing changes what it says', async () => {
    const silent = await runPerception(oneCellEngine(0, []), plan, { onRecord: () => {} });
    for (const record of silent) expect(record).toMatchObject({ map: null, passes: 0, maximum: 0 });
    const [condition] = summarizePerception(silent).conditions;
    expect(condition).toMatchObject({ pictures: 9, withoutMap: 9, meanShare: null });
    expect(condition!.cells[0]).toMatchObject({ n: 0, meanMap: null, share: null });
  });

  it('refuses a plan without a mode', () => {
    expect(() => planPerception(DATASET, { ...OPTIONS, modes: [] })).toThrow(/at least one mode/);
  });
});
