import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostTensor } from '../tensor/tensor.ts';
import type { ImageFeatures } from './engine.ts';
import type { FileSource } from '../models/checkpoint.ts';
import { FolderSource } from './folder-source.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { argmax } from './generate.ts';
import { readGolden } from './testing/golden.ts';

const NEW_TOKENS = 4;

/** The tiny vocabulary lacks both words; the checkpoint has four rows that no token uses. */
async function withYesAndNo(folder: FileSource): Promise<FileSource> {
  const text = new TextDecoder().decode(await folder.read('tokenizer.json'));
  const json = JSON.parse(text) as { added_tokens: object[] };
  const token = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  for (const [id, content] of [
    [100, 'Yes'],
    [101, 'No'],
  ])
    json.added_tokens.push({ ...token, id, content, special: false });
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  return {
    size: async (file) => (file === 'tokenizer.json' ? bytes.length : folder.size(file)),
    read: async (file, start, end) =>
      file === 'tokenizer.json' ? bytes.subarray(start, end) : folder.read(file, start, end),
  };
}

/** Decoding on behind prompts of unequal lengths, with and without pictures, from one prefill. */
describe.each(['cpu', 'wasm'] as const)('tiny-gemma3 on %s', (provider) => {
  let engine: RuntimeEngine;
  let images: ImageFeatures[];
  let pixels: HostTensor<'float32'>;

  beforeAll(async () => {
    const source = await withYesAndNo(new FolderSource('fixtures/tiny-gemma3'));
    engine = await openEngine({ source, name: 'tiny-gemma3', provider });
    const { inputs } = await readGolden('tiny-gemma3/two-images');
    pixels = inputs.get('pixel_values') as HostTensor<'float32'>;
    const shape = pixels.shape.slice(1);
    const size = pixels.data.length / 2;
    const pictures = [0, 1].map((at) => ({
      pixels: { dtype: 'float32', shape, data: pixels.data.slice(at * size, (at + 1) * size) },
      size: [shape[1]!, shape[2]!],
    }));
    images = await engine.encodeImages(pictures as never);
  });

  afterAll(async () => {
    await engine?.dispose();
  });

  test('what is generated is the largest logit of one prefill at each step', async () => {
    const question = { images, text: 'dog' };
    const { tokenIds } = await engine.generate(question, 0.5, NEW_TOKENS);
    const ids = [...engine.promptIds(question), ...tokenIds];
    const input_ids = {
      dtype: 'int64',
      shape: [1, ids.length],
      data: BigInt64Array.from(ids, BigInt),
    } as const;
    const pictures = new Map([['pixel_values', pixels]]);
    const { logits } = await engine.computeLogits({ input_ids, pictures }, 0.5);
    const vocab = logits.shape[2]!;
    const first = ids.length - tokenIds.length - 1;
    const best = tokenIds.map((_, i) =>
      argmax(logits.data.subarray((first + i) * vocab, (first + i + 1) * vocab)),
    );
    expect(tokenIds.length).toBeGreaterThan(0);
    expect(best).toEqual(tokenIds);
  });

  test('a batch of questions of unequal lengths gets what each gets alone', async () => {
    const questions = [
      { images: images.slice(0, 1), text: 'dog' },
      { images, text: 'Is there a red apple in the picture?' },
    ];
    const together = await engine.answer(questions, [0, 1], NEW_TOKENS);
    for (const [i, question] of questions.entries())
      for (const [j, strength] of [0, 1].entries()) {
        const alone = await engine.generate(question, strength, NEW_TOKENS);
        expect(together[i]![j]!.tokenIds.slice(0, alone.tokenIds.length)).toEqual(
          together[i]![j]!.decoded ? alone.tokenIds : alone.tokenIds.slice(0, 1),
        );
      }
  });
});
