/** transformers.js itself loads the export and is compared with the golden outputs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  AutoModelForImageTextToText,
  AutoProcessor,
  env,
  RawImage,
  Tensor,
} from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostTensor } from '../tensor/tensor.ts';
import { openCheckpoint } from './checkpoint.ts';
import { folderSource, readGoldenCase, ROOT } from './testing/folder.ts';
import { exportForTransformersJs } from './transformers-js-export.ts';

let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'transformers-js-'));
  env.allowRemoteModels = false;
  env.localModelPath = root;
});

afterAll(() => rm(root, { recursive: true }));

async function writeExport(folder: string, name: string): Promise<void> {
  const checkpoint = await openCheckpoint(folderSource(folder));
  for (const [path, bytes] of await exportForTransformersJs(checkpoint)) {
    const target = join(root, name, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

function toTensor({ dtype, shape, data }: HostTensor): Tensor {
  return new Tensor(dtype as 'float32', data as Float32Array, [...shape]);
}

describe.each([
  { name: 'tiny-llava', folder: 'fixtures/tiny-llava', golden: 'tiny-llava/two-images' },
  { name: 'emoji-llava', folder: 'public/models/emoji-llava', golden: 'emoji-llava/probe' },
])('$name', ({ name, folder, golden: caseName }) => {
  beforeAll(() => writeExport(folder, name));

  test('answers as the reference does', async () => {
    const { inputs, golden } = await readGoldenCase(caseName);
    const model = await AutoModelForImageTextToText.from_pretrained(name, { device: 'cpu' });
    const feeds = Object.fromEntries([...inputs].map(([key, value]) => [key, toTensor(value)]));
    const { logits } = (await model(feeds)) as { logits: Tensor };
    const expected = golden.get('logits.standard') as HostTensor<'float32'>;
    const ours = (logits.data as Float32Array).subarray(-expected.data.length);
    const difference = ours.reduce(
      (largest, value, i) => Math.max(largest, Math.abs(value - (expected.data[i] as number))),
      0,
    );
    expect(difference).toBeLessThanOrEqual(1e-3);

    const generated = (await model.generate({
      ...feeds,
      max_new_tokens: 8,
      do_sample: false,
      eos_token_id: -1,
    })) as Tensor;
    const greedy = golden.get('greedy.standard') as HostTensor<'int64'>;
    expect([...(generated.data as BigInt64Array)].slice(-8)).toEqual([...greedy.data]);
    await model.dispose();
  });
});

test('the processor puts as many image tokens as the encoder gives features', async () => {
  await writeExport('public/models/emoji-llava', 'processor');
  const processor = await AutoProcessor.from_pretrained('processor');
  const picture = await RawImage.read(join(ROOT, 'fixtures/resize/grid-504x504-in.png'));
  const content = [{ type: 'image' }, { type: 'text', text: 'Name the picture.' }];
  const prompt = processor.apply_chat_template([{ role: 'user', content }] as never, {
    add_generation_prompt: true,
  }) as unknown as string;
  const inputs = await processor(picture, prompt);
  const ids = [...(inputs.input_ids.data as BigInt64Array)];
  expect(ids.filter((id) => id === 3n)).toHaveLength(144);
  expect(inputs.pixel_values.dims).toEqual([1, 3, 168, 168]);
});
