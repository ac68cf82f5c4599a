import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import { elementCount, type HostTensor } from '../tensor/tensor.ts';
import { DeviceLostError, type ImageFeatures, type Provider } from './engine.ts';
import { FolderSource } from './folder-source.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { expectFlow, mapDifference, readAttention } from './testing/golden-flow.ts';
import { expectGolden, readGolden, SCHEMES, type GoldenCase } from './testing/golden.ts';
import { describeProviders } from './testing/providers.ts';

/** The embedded model on each provider, against Hugging Face's outputs and against each other. */

const QUESTION = 'Text: red apple\n';
/** Prompts that ask for a name, of two lengths. */
const NAMING = ['Name the pictures.', 'What is in the middle left cell?'];
/** The probe's own question, which the model was trained to answer with Yes or No. */
const PROBE =
  "Determine if there is a sub-image in the given image that matches the text following.\nText: red apple\nThe answer should only contain 'Yes' or 'No', without reasoning process.\n";
const LONGER = 'Determine if there is a sub-image in the given image that matches: dog\n';
function open(provider: Provider): Promise<RuntimeEngine> {
  const source = new FolderSource('public/models/emoji-llava');
  return openEngine({ source, name: 'emoji-llava', provider });
}

/** SwiftShader does half a GFLOP/s: fewer passes there; golden-tiny.test.ts has the rest. */
describeProviders('%s', (provider) => {
  let engine: RuntimeEngine;
  let images: ImageFeatures[];
  let pixels: HostTensor<'float32'>;
  let picture: ProcessedImage;
  let golden: GoldenCase;

  beforeAll(async () => {
    golden = await readGolden('emoji-llava/probe');
    engine = await open(provider);
    const all = golden.inputs.get('pixel_values') as HostTensor<'float32'>;
    const [, ...shape] = all.shape;
    const data = all.data.slice(0, elementCount(shape));
    pixels = { dtype: 'float32', shape: [1, ...shape], data };
    picture = { pixels: { dtype: 'float32', shape, data }, size: [168, 168] };
    images = await engine.encodeImages([picture]);
  });

  afterAll(async () => {
    await engine?.dispose();
  });

  test.each(provider === 'webgpu' ? SCHEMES.slice(0, 2) : SCHEMES)(
    'logits under %s positions equal the reference',
    (scheme, strength) => expectGolden(engine, golden, scheme, strength),
  );

  test.each(provider === 'webgpu' ? SCHEMES.slice(1, 2) : SCHEMES)(
    'attention under %s positions equals the reference',
    async (scheme, strength) => {
      const attention = await readAttention('emoji-llava/probe');
      await expectFlow(engine.computeFlow.bind(engine), golden, attention, scheme, strength);
    },
  );

  test('one layer of a question is what raw tensors give for it, and text adds up with the image', async () => {
    const [image] = images as [ImageFeatures];
    const question = { images: [image], text: QUESTION };
    const flow = await engine.attentionFlow(question, 1, { reduce: 'layers', layer: 1 });
    const ids = engine.promptIds(question);
    const data = BigInt64Array.from(ids, BigInt);
    const input_ids = { dtype: 'int64', shape: [1, ids.length], data } as const;
    const raw = { input_ids, pictures: new Map([['pixel_values', pixels]]) };
    const [all] = await engine.computeFlow(raw, 1, { reduce: 'layers' });
    const columns = ids.length;
    expect(flow.layers).toEqual([1]);
    expect(flow.kinds.filter((kind) => kind === 1).length).toBe(image.tokens);
    expect(flow.rows.at(-1)).toBe(columns - 2);
    const second = all!.attention.slice(columns, 2 * columns);
    expect(mapDifference(flow.attention, second)).toBeLessThan(1e-5);
    expect(flow.attention.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  });

  test('strengths in one batch equal their own runs, rows of other lengths too', async () => {
    const [image] = images as [ImageFeatures];
    const short = { images: [image], text: QUESTION };
    const long = { images: [image], text: LONGER };
    const [shortAnswers, longAnswers] = await engine.answer([short, long], [0, 1], 1);
    const [standard] = await engine.answer([short], [0], 1);
    const [balanced] = await engine.answer([long], [1], 1);
    expect(Math.abs(shortAnswers![0]!.margin - standard![0]!.margin)).toBeLessThan(1e-4);
    expect(Math.abs(longAnswers![1]!.margin - balanced![0]!.margin)).toBeLessThan(1e-4);
    // The schemes must not be one and the same.
    expect(shortAnswers![0]!.margin).not.toBe(shortAnswers![1]!.margin);
  });

  test('decoding step by step equals one prefill of the longer text', async () => {
    const [image] = images as [ImageFeatures];
    const question = { images: [image], text: QUESTION };
    const pictures = new Map([['pixel_values', pixels]]);
    const steps = await engine.generate(question, 0.5, 3);
    const row = [...engine.promptIds(question), ...steps.tokenIds];
    const data = BigInt64Array.from(row, BigInt);
    const input_ids = { dtype: 'int64', shape: [1, row.length], data } as const;
    const { logits } = await engine.computeLogits({ input_ids, pictures }, 0.5);
    const [, length, vocab] = logits.shape as [number, number, number];
    const first = length - 1 - steps.tokenIds.length;
    steps.tokenIds.forEach((id, step) => {
      const at = (first + step) * vocab;
      const before = logits.data.subarray(at, at + vocab);
      expect(before.indexOf(Math.max(...before))).toBe(id);
    });
    expect(steps.tokenIds.length).toBeGreaterThan(0);
  });

  test('rows that say neither Yes nor No are decoded on, each as it would be alone', async () => {
    const [image] = images as [ImageFeatures];
    const questions = [PROBE, ...NAMING].map((text) => ({ images: [image], text }));
    const answers = await engine.answer(questions, [0], 4);
    const [probe, ...named] = answers.map(([answer]) => answer!);
    expect(probe!.decoded).toBe(false);
    expect(probe!.output).toMatch(/^(Yes|No)$/);
    for (const [i, answer] of named.entries()) {
      const alone = await engine.generate(questions[i + 1]!, 0, 4);
      expect(answer.decoded).toBe(true);
      expect(answer.tokenIds).toEqual(alone.tokenIds);
      expect(Math.abs(answer.margin - alone.margin)).toBeLessThan(1e-4);
    }
  });

  test('a released picture is refused in a sentence', async () => {
    const [extra] = (await engine.encodeImages([picture])) as [ImageFeatures];
    extra.release();
    await expect(engine.answer([{ images: [extra], text: QUESTION }], [0])).rejects.toThrow(
      /was released/,
    );
  });

  if (provider === 'webgpu')
    test('a lost device fails the call in flight and all later ones', async () => {
      const running = engine.encodeImages([picture]);
      engine.destroyDevice();
      await expect(running).rejects.toThrow(DeviceLostError);
      await expect(engine.encodeImages([picture])).rejects.toThrow(DeviceLostError);
      await expect(engine.dispose()).resolves.toBeUndefined();
    });
});
