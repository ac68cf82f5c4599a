/** Qwen's configs in both layouts, its folder with the published names, and what the host feeds the tower. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { openCheckpoint } from './checkpoint.ts';
import { buildModel, FAMILIES } from './families.ts';
import { Fields, type JsonObject } from './fields.ts';
import { windowFeeds } from './qwen-encoder.ts';
import { folderSource, ROOT } from './testing/folder.ts';

const FOLDER = 'fixtures/tiny-qwen2.5-vl';
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const FAMILY = FAMILIES['qwen2_5_vl']!;

async function readConfig(): Promise<JsonObject> {
  return JSON.parse(await readFile(join(ROOT, FOLDER, 'config.json'), 'utf8')) as JsonObject;
}

/** The same config as version 4 wrote it: text fields at the top, `rope_scaling` of the type `mrope`. */
async function publishedLayout(): Promise<JsonObject> {
  const { text_config, ...rest } = await readConfig();
  const { rope_parameters, ...text } = text_config as Record<string, unknown>;
  const { rope_theta, mrope_section } = rope_parameters as Record<string, unknown>;
  const rope = { rope_theta, rope_scaling: { type: 'mrope', mrope_section } };
  return { ...text, ...rest, ...rope, layer_types: undefined };
}

async function parseText(change: JsonObject) {
  const config = await readConfig();
  const text = { ...(config['text_config'] as JsonObject), ...change };
  return FAMILY.parse(new Fields('config.json', { ...config, text_config: text })).decoder;
}

test('the published layout with the published names gives the same graphs', async () => {
  const tensors = new Map<string, HostTensor>();
  for (const shard of SHARDS)
    for (const [name, tensor] of await readSafetensors(
      shard,
      new Uint8Array(await readFile(join(ROOT, FOLDER, shard))),
    ))
      tensors.set(oldName(name), tensor);
  expect(
    [...tensors.keys()].filter((name) => /^model\.(language_model|visual)/.test(name)),
  ).toEqual([]);
  const older = {
    'config.json': new TextEncoder().encode(JSON.stringify(await publishedLayout())),
    'model.safetensors': writeSafetensors(tensors),
    'model.safetensors.index.json': null,
  };
  const ours = await buildModel(await openCheckpoint(folderSource(FOLDER, older)));
  const theirs = await buildModel(await openCheckpoint(folderSource(FOLDER)));
  expect(ours.spec).toEqual(theirs.spec);
  for (const graph of ['vision', 'embed', 'decoder'] as const)
    expect(Buffer.compare(ours[graph], theirs[graph])).toBe(0);
});

function oldName(name: string): string {
  return name.replace(/^model\.visual\./, 'visual.').replace(/^model\.language_model\./, 'model.');
}

describe('the decoder', () => {
  test('frequencies belong to time, height and width by the sections', async () => {
    const { rotary } = await parseText({});
    expect(rotary.axes).toBe(3);
    expect([...rotary.axisOfFrequency]).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });

  test('sections that do not fill half a head are refused', async () => {
    const rope = { rope_theta: 60, mrope_section: [3, 4, 4] };
    await expect(parseText({ rope_parameters: rope })).rejects.toThrow(
      'mrope_section should be sizes that sum up to 12, half a head, but [3,4,4] was found.',
    );
  });

  test.each([
    ['turned off', { use_sliding_window: false, sliding_window: 7 }, [null, null]],
    [
      'from a layer on',
      { use_sliding_window: true, sliding_window: 7, max_window_layers: 1, layer_types: undefined },
      [null, 7],
    ],
    [
      'by layer types',
      {
        use_sliding_window: true,
        sliding_window: 7,
        layer_types: ['sliding_attention', 'full_attention'],
      },
      [7, null],
    ],
  ] as const)('a window %s', async (_, change, windows) => {
    expect((await parseText(change)).windows).toEqual(windows);
  });
});

test('windows are cut off at the far edges, and every patch knows its slot', () => {
  // 3 × 5 image tokens of one patch in windows of 2 × 2: 2 × 3 windows.
  const { window_patches, patch_slots } = windowFeeds([3, 5], 2, 1);
  const rows = [
    [0, 1, 5, 6],
    [2, 3, 7, 8],
    [4, 9, -1, -1],
    [10, 11, -1, -1],
    [12, 13, -1, -1],
    [14, -1, -1, -1],
  ];
  expect(window_patches.shape).toEqual([6, 4]);
  expect(Array.from(window_patches.data, Number)).toEqual(rows.flat());
  const slots = Array.from({ length: 15 }, (_, patch) => rows.flat().indexOf(patch));
  expect(Array.from(patch_slots.data, Number)).toEqual(slots);
});
