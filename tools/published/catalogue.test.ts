import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseCatalogue } from '../../src/protocol/catalogue.ts';
import { catalogueText } from './catalogue.ts';
import { publishedFolders } from './facts.ts';

const text = await readFile('models.json', 'utf8');
const models = parseCatalogue(text);

test('models.json is what its recipe writes', async () => {
  expect(text, 'Run node --import ./tools/node/register.mjs tools/published/make-models.ts.').toBe(
    await catalogueText(),
  );
});

test('it lists the embedded model and every published repository', () => {
  expect(models).toHaveLength(1 + publishedFolders().length);
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});

test.each(models)('$id: parts, formats and memory agree with each other', (model) => {
  const { parts, checkpoint, formats, run } = model;
  const counted = Object.values(parts).reduce((sum, part) => sum + part, 0);
  // CLIP's last layer and norm are published, and not read by the LLaVAs.
  expect(checkpoint.parameters - counted).toBeGreaterThanOrEqual(0);
  expect(checkpoint.parameters - counted).toBeLessThan(0.01 * checkpoint.parameters);
  const ladder = [formats.fp32, formats.fp16, formats.q8, formats.q4].filter((size) => !!size);
  ladder.slice(1).forEach((size, at) => expect(size.bytes).toBeLessThan(ladder[at]!.bytes));
  for (const { bytes, gpuMemory, largestTensor } of ladder) {
    expect(gpuMemory).toBe(bytes + run.bytes);
    expect(largestTensor).toBeLessThan(bytes);
  }
  // A code and its share of a scale take 5 bits; what is no matrix takes 32.
  const matrices = counted + (parts.head === 0 ? parts.embedding : 0);
  expect(formats.q4!.bytes).toBeGreaterThan((matrices * 5) / 8);
});
