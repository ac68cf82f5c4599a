/** Our graphs against Hugging Face transformers, on the CPU provider in float32. */
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '../tensor/tensor.ts';
import { openCheckpoint } from './checkpoint.ts';
import { buildModel } from './families.ts';
import { folderSource, readGoldenCase } from './testing/folder.ts';
import { createRunner, type Row, type Runner, unpaddedRows } from './testing/graph-runner.ts';

const TOLERANCE = 1e-3;
const SCHEMES = ['standard', 'balanced', '0.5'];
const COLUMN_STEP = 32;

const MODELS = [
  {
    folder: 'fixtures/tiny-llava',
    golden: 'tiny-llava',
    cases: ['right-padded', 'left-padded', 'two-images', 'adjacent-images'],
  },
  { folder: 'public/models/emoji-llava', golden: 'emoji-llava', cases: ['probe'] },
];

async function openRunner(folder: string): Promise<Runner> {
  return createRunner(await buildModel(await openCheckpoint(folderSource(folder))));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    // Math.max keeps NaN, which fails every comparison: a NaN must not pass for a small difference.
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  }
  return largest;
}

/** Largest difference of one row's logits `[s, vocab]` from the stored positions and columns. */
function rowDifference(
  logits: Float32Array,
  row: Row,
  b: number,
  scheme: string,
  golden: ReadonlyMap<string, HostTensor>,
): number {
  const kept = golden.get(`logits.${scheme}`) as HostTensor<'float32'>;
  const columns = golden.get(`logits_columns.${scheme}`) as HostTensor<'float32'>;
  const index = [...(golden.get('logits_index') as HostTensor<'int64'>).data].map(Number);
  const [, keptCount = 0, vocab = 0] = kept.shape;
  const [, length = 0, columnCount = 0] = columns.shape;
  const differences = row.columns.map((column, n) => {
    const ours = logits.subarray(n * vocab, (n + 1) * vocab);
    const strided = Float32Array.from(
      { length: columnCount },
      (_, c) => ours[c * COLUMN_STEP] as number,
    );
    const start = (b * length + column) * columnCount;
    const sampled = largestDifference(strided, columns.data.subarray(start, start + columnCount));
    const at = index.indexOf(column);
    if (at < 0) return sampled;
    const fullStart = (b * keptCount + at) * vocab;
    const full = kept.data.subarray(fullStart, fullStart + vocab);
    return Math.max(sampled, largestDifference(ours, full));
  });
  return Math.max(...differences);
}

describe.each(MODELS)('$folder', ({ folder, golden: goldenFolder, cases }) => {
  const opened = openRunner(folder);

  test.each(cases)('%s: the goldens were made from these weights', async (name) => {
    const { golden } = await readGoldenCase(`${goldenFolder}/${name}`);
    const made = (golden.get('weight_sha256') as HostTensor<'uint8'>).data;
    const checkpoint = await openCheckpoint(folderSource(folder));
    expect(
      await checkpoint.weightHash(),
      'The weights changed; run tools/golden/make_goldens.py again.',
    ).toBe(Buffer.from(made).toString('hex'));
  });

  test.each(cases)('%s: image features equal the reference', async (name) => {
    const { inputs, golden } = await readGoldenCase(`${goldenFolder}/${name}`);
    const features = await (await opened).encode(inputs.get('pixel_values') as HostTensor);
    const expected = golden.get('image_features') as HostTensor<'float32'>;
    expect(features.shape).toEqual(expected.shape);
    expect(largestDifference(features.data, expected.data)).toBeLessThanOrEqual(TOLERANCE);
  });

  test.each(cases)('%s: all schemes in one batch equal the reference', async (name) => {
    const runner = await opened;
    const { inputs, golden } = await readGoldenCase(`${goldenFolder}/${name}`);
    const { vocabSize, hiddenSize } = runner.spec.decoder;
    const features = await runner.encode(inputs.get('pixel_values') as HostTensor);
    const bySchemes = SCHEMES.map((scheme) =>
      unpaddedRows(inputs, golden.get(`position_ids.${scheme}`) as HostTensor),
    );
    const rows = bySchemes.flat();
    const once = await runner.embed(bySchemes[0] as Row[], features);
    const embeds = new Float32Array(once.length * SCHEMES.length);
    SCHEMES.forEach((_, i) => embeds.set(once, i * once.length));
    const { logits } = await runner.decode({ embeds, positions: rows.map((row) => row.positions) });
    const rowSize = (embeds.length / hiddenSize / rows.length) * vocabSize;
    SCHEMES.forEach((scheme, i) =>
      bySchemes[i]?.forEach((row, b) => {
        const at = (i * (bySchemes[i] as Row[]).length + b) * rowSize;
        const ours = logits.subarray(at, at + rowSize);
        const difference = rowDifference(ours, row, b, scheme, golden);
        expect(difference, `${scheme}, row ${b}`).toBeLessThanOrEqual(TOLERANCE);
      }),
    );
  });

  test.each(SCHEMES)('%s: greedy tokens, and each step equals one prefill', async (scheme) => {
    const runner = await opened;
    const { inputs, golden } = await readGoldenCase(`${goldenFolder}/${cases.at(-1)}`);
    const { vocabSize } = runner.spec.decoder;
    const features = await runner.encode(inputs.get('pixel_values') as HostTensor);
    const [prompt] = unpaddedRows(inputs, golden.get(`position_ids.${scheme}`) as HostTensor);
    const tokens = [...(golden.get(`greedy.${scheme}`) as HostTensor<'int64'>).data];
    const { ids, positions } = prompt as Row;
    const next = Math.max(...positions) + 1;
    const whole: Row = {
      ids: [...ids, ...tokens],
      positions: [...positions, ...tokens.map((_, i) => next + i)],
      columns: [],
    };
    const embeds = await runner.embed([whole], features);
    const hidden = embeds.length / whole.ids.length;
    const all = await runner.decode({ embeds, positions: [whole.positions] });

    let state = await runner.decode({
      embeds: embeds.slice(0, ids.length * hidden),
      positions: [positions],
    });
    tokens.forEach((token, i) => {
      const last = all.logits.subarray((ids.length + i - 1) * vocabSize).subarray(0, vocabSize);
      expect(last.indexOf(Math.max(...last)), `token ${i}`).toBe(Number(token));
    });
    for (let i = 0; i < tokens.length; i++) {
      const at = ids.length + i;
      const stepLogits = state.logits.subarray(-vocabSize);
      const prefill = all.logits.subarray((at - 1) * vocabSize, at * vocabSize);
      expect(largestDifference(stepLogits, prefill), `step ${i}`).toBeLessThanOrEqual(1e-4);
      state = await runner.decode({
        embeds: embeds.slice(at * hidden, (at + 1) * hidden),
        positions: [[whole.positions[at] as number]],
        past: { cache: state.cache, length: at },
      });
    }
  });
});
