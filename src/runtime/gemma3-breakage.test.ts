/**
 * What Gemma 3's decoder is about, broken one part at a time: the comparison with the goldens has to
 * notice. Parts of the code and not of the config, so that the graphs are built of a changed config.
 */
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import type { DecoderConfig } from '../models/config.ts';
import { buildDecoderGraph } from '../models/decoder.ts';
import { buildEmbedGraph } from '../models/embed.ts';
import { buildVisionGraph, encodeGraph, openModel } from '../models/families.ts';
import { openNodeBackend } from './backend-node.ts';
import { FolderSource } from './folder-source.ts';
import { LanguageModel } from './language-model.ts';
import { ModelEngine } from './model-engine.ts';
import { goldenDifferences, readGolden, TOLERANCE } from './testing/golden.ts';
import { VisionRunner } from './vision-runner.ts';

const NAME = 'tiny-gemma3';

type Break = (decoder: DecoderConfig) => Partial<DecoderConfig>;

const BREAKS: readonly [part: string, change: Break][] = [
  ['images are seen one way', () => ({ attention: 'causal' })],
  ['no window', ({ windows }) => ({ windows: windows.map((size) => size && 1000) })],
  ['a window one wider', ({ windows }) => ({ windows: windows.map((size) => size && size + 1) })],
  ['every layer local', ({ windows }) => ({ windows: windows.map(() => windows[0]!) })],
  ['no normalisation of queries and keys', () => ({ qkNorm: false })],
  ['norms without their offset', () => ({ normOffset: 0 })],
  ['one rotary base', ({ rotary }) => ({ localRotary: rotary })],
  ['the scale of the head size', ({ headDim }) => ({ attentionScale: headDim ** -0.5 })],
  ['embeddings as they are', () => ({ embeddingScale: 1 })],
];

/** Largest differences from a golden case's standard logits, with another decoder config. */
async function differences(change: Break) {
  const backend = await openNodeBackend('cpu');
  const checkpoint = await openCheckpoint(new FolderSource(`fixtures/${NAME}`));
  const opened = await openModel(checkpoint);
  const { config, weights } = opened;
  const decoder = { ...config.decoder, ...change(config.decoder) };
  const spec = { ...opened.spec, decoder };
  const graphs = {
    embed: await encodeGraph(buildEmbedGraph(decoder, weights)),
    decoder: [await encodeGraph(await buildDecoderGraph(decoder, weights))],
  };
  const vision = await encodeGraph(await buildVisionGraph(config, weights));
  const engine = new ModelEngine({
    backend,
    info: {
      model: NAME,
      revision: 'local',
      weightHash: '',
      settingsHash: '',
      dtype: 'float32',
      compute: 'float32',
      provider: backend.provider,
      build: backend.build,
      adapter: backend.adapter,
      versions: backend.versions,
      spec,
      yesTokenIds: [],
      noTokenIds: [],
    },
    vision: await VisionRunner.open(backend, spec, vision),
    language: await LanguageModel.open(backend, decoder, graphs),
    tokenizer: undefined,
  });
  try {
    return await goldenDifferences(engine, await readGolden(`${NAME}/two-images`), 'standard', 0);
  } finally {
    await engine.dispose();
  }
}

describe('Gemma 3', () => {
  test('the comparison holds while nothing is broken', async () => {
    expect((await differences(() => ({}))).logits).toBeLessThan(TOLERANCE);
  });

  test.each(BREAKS)('%s: the comparison fails', async (_, change) => {
    const { logits, features } = await differences(change);
    expect(logits).toBeGreaterThan(10 * TOLERANCE);
    expect(features).toBeLessThan(TOLERANCE);
  });
});
