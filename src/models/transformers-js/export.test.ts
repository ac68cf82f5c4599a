/** The table of classes beside transformers.js's own, and the exports of the published models: shapes only. */
import { AutoConfig, AutoModelForImageTextToText } from '@huggingface/transformers';
import { describe, expect, test } from 'vitest';
import { planDataFiles } from '../../onnx/external-data.ts';
import { shapeOf } from '../../onnx/graph.ts';
import { FAMILIES, openModel, readSpec } from '../families.ts';
import { PLANS } from '../formats.ts';
import { publishedFolders, shapeCheckpoint } from '../testing/shape-weights.ts';
import { CLASSES } from './classes.ts';
import { transformersJsGraphs } from './export.ts';
import { modelConfig, settingsFiles } from './settings.ts';

test('the families with a class are those that transformers.js has one for', () => {
  const known = AutoModelForImageTextToText.MODEL_CLASS_MAPPINGS.flatMap((map) => [...map.keys()]);
  const ours = Object.keys(FAMILIES).filter((family) => known.includes(family));
  expect(Object.keys(CLASSES).sort()).toEqual(ours.sort());
});

const published = await Promise.all(
  (await publishedFolders()).map(async (folder) => {
    const { family } = await readSpec(await shapeCheckpoint(folder));
    return { folder, known: Object.hasOwn(CLASSES, family) };
  }),
);

describe.each(published.filter(({ known }) => known))('$folder', ({ folder }) => {
  test('its graphs are sound, and their sizes are told where transformers.js looks', async () => {
    const checkpoint = await shapeCheckpoint(folder);
    const model = await openModel(checkpoint, PLANS.q4);
    const { decoder } = model.config;
    const graphs = await transformersJsGraphs(model);
    const merged = graphs.get('decoder_model_merged')!;
    expect(planDataFiles(merged, 2 ** 30).length).toBeGreaterThan(0);

    const config = JSON.parse(await modelConfig(checkpoint, model, {})) as never;
    const { normalized_config: sizes } = (await AutoConfig.from_pretrained('', {
      config,
    })) as unknown as { normalized_config: Record<string, unknown> };
    expect(sizes).toMatchObject({ num_layers: decoder.layers, num_heads: decoder.kvHeads });
    const cache = merged.inputs.find(({ name }) => name === 'past_key_values.0.key')!;
    expect(shapeOf(cache)).toEqual(['batch_size', decoder.kvHeads, 'past', decoder.headDim]);
    const settings = await settingsFiles(checkpoint, model);
    expect([...settings.keys()]).toContain('preprocessor_config.json');
  });
});

describe.each(published.filter(({ known }) => !known))('$folder', ({ folder }) => {
  test('is refused with a sentence that says what can be done', async () => {
    const model = await openModel(await shapeCheckpoint(folder), PLANS.q4);
    await expect(transformersJsGraphs(model)).rejects.toThrow(
      /transformers\.js 4\.3\.1 has no class for models of the family llava_next.* Use --format/,
    );
  });
});
