/** Every full-size graph, from the published configs and tensor names: shapes only, no weights. */
import { describe, expect, test } from 'vitest';
import { checkedGraph } from '../onnx/check.ts';
import { shapeOf } from '../onnx/graph.ts';
import { buildDecoderGraph } from './decoder.ts';
import { buildEmbedGraph } from './embed.ts';
import { buildVisionGraph, openModel } from './families.ts';
import { publishedFolders, shapeCheckpoint } from './testing/shape-weights.ts';

/** CLIP's last layer and norm come after the hidden state that the LLaVAs take. */
const AFTER_LAYER_22 = /^vision_tower\.vision_model\.(encoder\.layers\.23|post_layernorm)\./;

/** Tensors that a model's graphs leave out; all others have to be read. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  'llava-hf--llava-1.5-7b-hf': AFTER_LAYER_22,
  'llava-hf--llava-v1.6-mistral-7b-hf': AFTER_LAYER_22,
  'llava-hf--llama3-llava-next-8b-hf': AFTER_LAYER_22,
};

describe.each(await publishedFolders())('%s', (folder) => {
  test('its three graphs take every tensor in its published shape', async () => {
    const checkpoint = await shapeCheckpoint(folder);
    const { config, spec, weights } = await openModel(checkpoint);
    const vision = checkedGraph(await buildVisionGraph(config, weights));
    const embed = checkedGraph(buildEmbedGraph(config.decoder, weights));
    const decoder = checkedGraph(await buildDecoderGraph(config.decoder, weights));

    const leftOut = LEFT_OUT[folder];
    expect(checkpoint.unread().filter((name) => !leftOut?.test(name))).toEqual([]);
    const { hiddenSize, vocabSize, layers } = spec.decoder;
    const logits = decoder.outputs.find(({ name }) => name === 'logits')!;
    expect(shapeOf(logits)).toContain(vocabSize);
    expect(decoder.outputs).toHaveLength(1 + 2 * layers);
    for (const { outputs } of [vision, embed])
      expect(outputs.map(shapeOf)).toEqual([expect.arrayContaining([hiddenSize])]);
  });
});
