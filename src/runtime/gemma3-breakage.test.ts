/**
 * What Gemma 3's decoder is about, broken one part at a time: the comparison with the goldens has to
 * notice. Parts of the code and not of the config, so that the graphs are built of a changed config.
 */
import { describe, expect, test } from 'vitest';
import { ModelEngine } from './model-engine.ts';
import { openChanged, type Change } from './testing/changed-decoder.ts';
import { goldenDifferences, readGolden, TOLERANCE } from './testing/golden.ts';

const NAME = 'tiny-gemma3';

const BREAKS: readonly [part: string, change: Change][] = [
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
async function differences(graphs: Change) {
  const engine = new ModelEngine(await openChanged(NAME, 'two-images', { graphs }));
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
