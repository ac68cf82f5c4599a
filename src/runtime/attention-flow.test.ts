/**
 * How flows are asked for, put together and bounded, on tiny checkpoints. The families' golden tests
 * hold their numbers to Hugging Face's; here parts of them are broken to see that this can fail.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import { convertModel } from '../models/convert.ts';
import { PLANS } from '../models/formats.ts';
import { flowBytes, layersAtOnce, readingTokens } from './attention-flow.ts';
import type { AttentionFlow, FlowOptions } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import { FolderStore } from './folder-store.ts';
import { ModelEngine, type EngineParts, type RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { rawFlow } from './raw-runs.ts';
import { openChanged, type Change } from './testing/changed-decoder.ts';
import { flowDifference, mapDifference, rawInputs, readAttention } from './testing/golden-flow.ts';
import { readGolden, TOLERANCE, type GoldenCase } from './testing/golden.ts';
import { isHere } from './testing/providers.ts';

const MODEL = 'tiny-gemma3';
const CASE = 'two-images';

describe('a flow', () => {
  let parts: EngineParts;
  let golden: GoldenCase;
  let heads: AttentionFlow;

  const flow = async (options: FlowOptions, tapBytes?: number) => {
    const [first] = await rawFlow(parts, rawInputs(golden), 0.5, options, tapBytes);
    return first!;
  };

  beforeAll(async () => {
    parts = await openChanged(MODEL, CASE, {});
    golden = await readGolden(`${MODEL}/${CASE}`);
    heads = await flow({ reduce: 'heads' });
  });

  afterAll(() => new ModelEngine(parts).dispose());

  test('of all is the mean of its layers, and those of their heads', async () => {
    const layers = await flow({ reduce: 'layers' });
    const all = await flow({ reduce: 'all' });
    const columns = all.kinds.length;
    const count = heads.layers.length;
    const mean = (maps: Float32Array, of: number, at = 0) =>
      Float32Array.from({ length: columns }, (_, column) => {
        const own = Array.from({ length: of }, (__, n) => maps[(at * of + n) * columns + column]!);
        return own.reduce((a, b) => a + b) / of;
      });
    for (let layer = 0; layer < count; layer++) {
      const own = layers.attention.subarray(layer * columns, (layer + 1) * columns);
      const expected = mean(heads.attention, heads.heads, layer);
      expect(mapDifference(own, expected), `layer ${layer}`).toBeLessThan(1e-5);
    }
    expect(mapDifference(all.attention, mean(layers.attention, count))).toBeLessThan(1e-5);
    expect(all.attention.length).toBe(columns);
  });

  test('of one layer is that layer of all', async () => {
    const one = await flow({ reduce: 'heads', layer: 2 });
    const size = one.attention.length;
    expect(one.layers).toEqual([2]);
    expect(size).toBe(heads.heads * heads.kinds.length);
    const expected = heads.attention.subarray(2 * size, 3 * size);
    expect(mapDifference(one.attention, expected)).toBeLessThan(1e-6);
    await expect(flow({ reduce: 'all', layer: 4 })).rejects.toThrow(/layers 0 to 3, but layer 4/);
  });

  test('says which column is of which image, and who reads', () => {
    const spans = [...heads.kinds].join('');
    expect(spans).toMatch(/^0+1{9}0+2{9}0+$/);
    expect(heads.rows[0]).toBe(spans.lastIndexOf('2') + 1);
    expect(heads.rows.at(-1)).toBe(spans.length - 2);
  });

  test('is the same where one layer at a time has to do', async () => {
    const one = await flow({ reduce: 'heads' }, 1);
    expect(one.attention).toEqual(heads.attention);
    expect(one.bytes.matrices).toBe(heads.bytes.matrices);
    expect(one.bytes.held).toBeLessThan(heads.bytes.held);
  });
});

describe('who reads', () => {
  const spans = [{ start: 2, length: 3 }];
  test.each([
    ['the text behind the image but its last token', { spans: [spans], lengths: [9] }, [5, 6, 7]],
    ['nobody, where one token alone follows', { spans: [spans], lengths: [6] }, []],
    ['nobody, without an image', { spans: [[]], lengths: [9] }, []],
  ])('%s', (_, batch, expected) => {
    expect(readingTokens(batch)).toEqual(expected);
  });

  test('a question without a picture is refused in a sentence', async () => {
    const engine = await openEngine({
      source: new FolderSource('public/models/emoji-llava'),
      name: 'emoji-llava',
      provider: 'cpu',
    });
    const question = { images: [], text: 'What is this?' };
    await expect(engine.attentionFlow(question, 0, { reduce: 'all' })).rejects.toThrow(
      /the question has no picture/,
    );
    await engine.dispose();
  });
});

test('bytes grow with tokens, and those of matrices with their square', () => {
  const spec = { layers: 32, heads: 32, kvHeads: 8, headDim: 128 };
  const size = { rows: 100, layers: 32, reduce: 'layers' } as const;
  const [short, long] = [1000, 4000].map((columns) => {
    const own = { ...size, columns };
    return flowBytes(spec, own, layersAtOnce(spec, own));
  });
  expect(long!.held / short!.held).toBeLessThan(4);
  expect(long!.matrices / short!.matrices).toBe(16);
  expect(long!.held).toBeLessThan(2 ** 29);
});

/** Converted models, whose decoder comes in parts and whose graphs are given taps when they are opened. */
describe('a converted model', () => {
  let folder = '';
  let golden: GoldenCase;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flow-'));
    golden = await readGolden('tiny-llava-next-mistral/two-images');
    const checkpoint = await openCheckpoint(new FolderSource('fixtures/tiny-llava-next-mistral'));
    const source = { repository: 'tiny', revision: 'local' };
    const store = new FolderStore(folder);
    // So small that every layer is a part of its own.
    const options = { checkpoint, source, formats: PLANS.fp32, store, partBytes: 1 };
    const { graphs } = await convertModel({ ...options, entry: 'parts' });
    expect(graphs.decoder.length).toBeGreaterThanOrEqual(3);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const provider of ['cpu', 'wasm', 'webgpu'] as const)
    test.skipIf(!isHere(provider))(`gives Hugging Face's maps on ${provider}`, async () => {
      const source = new FolderSource(join(folder, 'parts'));
      const engine: RuntimeEngine = await openEngine({ source, name: 'parts', provider });
      try {
        const attention = await readAttention('tiny-llava-next-mistral/two-images');
        const flowOf = engine.computeFlow.bind(engine);
        expect(await flowDifference(flowOf, golden, attention, 'balanced', 1)).toBeLessThan(
          TOLERANCE,
        );
        const middle = { reduce: 'layers', layer: 1 } as const;
        const [one] = await engine.computeFlow(rawInputs(golden), 1, middle);
        expect(one!.attention.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      } finally {
        await engine.dispose();
      }
    });
});

interface Breakage {
  readonly part: string;
  readonly golden: readonly [name: string, one: string];
  readonly change: { readonly graphs?: Change; readonly spec?: Change };
}

const GEMMA = [MODEL, CASE] as const;
const CAPPED = [MODEL, 'soft-capping'] as const;
const MISTRAL = ['tiny-llava-next-mistral', 'two-images'] as const;

const BREAKAGES: readonly Breakage[] = [
  {
    part: 'no window',
    golden: MISTRAL,
    change: { spec: ({ windows }) => ({ windows: windows.map(() => null) }) },
  },
  {
    part: 'a window one wider',
    golden: GEMMA,
    change: { spec: ({ windows }) => ({ windows: windows.map((size) => size && size + 1) }) },
  },
  {
    part: 'the scale of the head size',
    golden: GEMMA,
    change: { spec: ({ headDim }) => ({ attentionScale: headDim ** -0.5 }) },
  },
  {
    part: 'global tables for local layers',
    golden: GEMMA,
    change: { spec: () => ({ localRotary: undefined }) },
  },
  { part: 'no soft cap', golden: CAPPED, change: { spec: () => ({ attentionSoftcap: null }) } },
  {
    part: 'images seen one way',
    golden: GEMMA,
    change: { graphs: () => ({ attention: 'causal' }) },
  },
];

describe('broken', () => {
  const differenceOf = async ({ golden: [name, one], change }: Omit<Breakage, 'part'>) => {
    const engine = new ModelEngine(await openChanged(name, one, change));
    try {
      const [golden, attention] = [
        await readGolden(`${name}/${one}`),
        await readAttention(`${name}/${one}`),
      ];
      return await flowDifference(
        engine.computeFlow.bind(engine),
        golden,
        attention,
        'standard',
        0,
      );
    } finally {
      await engine.dispose();
    }
  };

  test.each([GEMMA, CAPPED, MISTRAL])('nothing: the comparison of %s holds', async (...golden) => {
    expect(await differenceOf({ golden, change: {} })).toBeLessThan(TOLERANCE);
  });

  test.each(BREAKAGES)('$golden: $part: the comparison fails', async (breakage) => {
    expect(await differenceOf(breakage)).toBeGreaterThan(10 * TOLERANCE);
  });
});
