/** A tiny, sound folder, broken in one way at a time: each way has its sentence. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import { openCheckpoint } from './checkpoint.ts';
import { buildModel, FAMILIES, type ModelBundle } from './families.ts';
import { folderSource, ROOT } from './testing/folder.ts';

const FOLDER = 'fixtures/tiny-llava';
type Json = Record<string, unknown>;
type Files = Record<string, Uint8Array | null>;

let config: Json = {};
let weights: Uint8Array = new Uint8Array();
let tensors: Map<string, HostTensor> = new Map();

beforeAll(async () => {
  config = JSON.parse(await readFile(join(ROOT, FOLDER, 'config.json'), 'utf8')) as Json;
  weights = new Uint8Array(await readFile(join(ROOT, FOLDER, 'model.safetensors')));
  tensors = await readSafetensors('model.safetensors', weights);
});

async function build(files: Files): Promise<ModelBundle> {
  return buildModel(await openCheckpoint(folderSource(FOLDER, files)));
}

/** A bundle with its graphs as hashes: a matcher is slow over a million numbers. */
async function fingerprint(files: Files) {
  const { spec, ...graphs } = await build(files);
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  return { spec, hashes: Object.values(graphs).map(hash) };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function configWith(change: Json, section?: 'text_config' | 'vision_config'): Files {
  const changed = section
    ? { ...config, [section]: { ...(config[section] as Json), ...change } }
    : { ...config, ...change };
  return { 'config.json': json(changed) };
}

function weightsWith(change: (tensors: Map<string, HostTensor>) => void): Files {
  const changed = new Map(tensors);
  change(changed);
  return { 'model.safetensors': writeSafetensors(changed) };
}

const QUERY = 'language_model.model.layers.1.self_attn.q_proj.weight';

describe('a broken folder is refused with a sentence', () => {
  test.each<[string, () => Files, string]>([
    [
      'no config',
      () => ({ 'config.json': null }),
      'The model folder lacks the file config.json; add it or download it again.',
    ],
    [
      'a config that is a web page',
      () => ({ 'config.json': new TextEncoder().encode('<html>') }),
      'config.json of the model folder is not valid JSON',
    ],
    [
      'no weights',
      () => ({ 'model.safetensors': null }),
      'has neither model.safetensors nor model.safetensors.index.json',
    ],
    [
      'weights cut off',
      () => ({ 'model.safetensors': weights.subarray(0, weights.length - 100) }),
      'it was cut off; download it again.',
    ],
    [
      'a shard that is missing',
      () => ({
        'model.safetensors': null,
        'model.safetensors.index.json': json({ weight_map: { a: 'model-1.safetensors' } }),
      }),
      'lacks the file model-1.safetensors',
    ],
    [
      'another family',
      () => configWith({ model_type: 'qwen9_vl' }),
      `config.json: model_type should be one of ${Object.keys(FAMILIES).join(', ')}, but "qwen9_vl" was found.`,
    ],
    [
      'no family',
      () => configWith({ model_type: undefined }),
      `model_type should be one of ${Object.keys(FAMILIES).join(', ')}, but it is missing.`,
    ],
    [
      'another decoder',
      () => configWith({ model_type: 'falcon' }, 'text_config'),
      'config.json, text_config: model_type should be one of llama, mistral, but "falcon" was found.',
    ],
    [
      'no text part',
      () => configWith({ text_config: undefined }),
      'config.json: text_config should be an object, but it is missing.',
    ],
    [
      'a size that is text',
      () => configWith({ hidden_size: '48' }, 'text_config'),
      'hidden_size should be a whole number above 0, but "48" was found.',
    ],
    [
      'an unknown rope type',
      () => configWith({ rope_parameters: { rope_type: 'yarn' } }, 'text_config'),
      'rope_parameters: rope_type should be one of default, linear, llama3, but "yarn" was found.',
    ],
    [
      'a layer that the tower lacks',
      () => configWith({ vision_feature_layer: -9 }),
      'vision_feature_layer should be between -4 and 3 for a tower of 3 layers, but -9 was found.',
    ],
    [
      'another hidden size than the weights',
      () => configWith({ intermediate_size: 96 }, 'text_config'),
      'language_model.model.layers.0.mlp.gate_proj.weight should have the shape [96, 48] by the config, but it has [88, 48].',
    ],
    [
      'another picture size than the weights',
      () => ({
        ...configWith({ image_size: 56 }, 'vision_config'),
        'preprocessor_config.json': json({
          size: { width: 56, height: 56 },
          image_mean: [0, 0, 0],
          image_std: [1, 1, 1],
        }),
      }),
      'vision_tower.embeddings.position_embedding.weight should have the shape [17, 40] by the config, but it has [10, 40].',
    ],
    [
      'a processor for another picture size',
      () => ({ 'preprocessor_config.json': json({ size: { width: 224, height: 224 } }) }),
      'pictures are resized to 224x224, but the vision tower takes 42x42.',
    ],
    [
      'a missing tensor',
      () => weightsWith((all) => all.delete(QUERY)),
      `one of model.language_model.layers.1.self_attn.q_proj.weight, ${QUERY}`,
    ],
    [
      'integer weights',
      () =>
        weightsWith((all) =>
          all.set(QUERY, { dtype: 'int8', shape: [48, 48], data: new Int8Array(48 * 48) }),
        ),
      `The tensor ${QUERY} has the element type int8, but a floating-point type`,
    ],
  ])('%s', async (_, files, sentence) => {
    await expect(build(files())).rejects.toThrow(sentence);
  });
});

describe('both generations of a folder give the same graphs', () => {
  /** Names as transformers 5 has them in memory. */
  const NEW_NAMES: readonly [RegExp, string][] = [
    [/^language_model\.lm_head/, 'lm_head'],
    [/^language_model\.model/, 'model.language_model'],
    [/^vision_tower\./, 'model.vision_tower.'],
    [/^multi_modal_projector/, 'model.multi_modal_projector'],
  ];

  test('tensor names', async () => {
    const renamed = new Map(
      [...tensors].map(([name, tensor]) => {
        const [from, to] = NEW_NAMES.find(([pattern]) => pattern.test(name)) as [RegExp, string];
        return [name.replace(from, to), tensor];
      }),
    );
    expect([...renamed.keys()].some((name) => tensors.has(name))).toBe(false);
    const files = { 'model.safetensors': writeSafetensors(renamed) };
    expect(await fingerprint(files)).toEqual(await fingerprint({}));
  });

  test('rope fields and the image token', async () => {
    const text = {
      ...(config['text_config'] as Json),
      rope_theta: 500,
      rope_parameters: undefined,
    };
    const { image_token_index: token, ...rest } = config;
    const classic = { ...rest, image_token_id: token, text_config: text };
    expect(await fingerprint({ 'config.json': json(classic) })).toEqual(await fingerprint({}));
  });

  test('processor settings inside processor_config.json', async () => {
    const processor = await readFile(join(ROOT, FOLDER, 'preprocessor_config.json'), 'utf8');
    const files = {
      'preprocessor_config.json': null,
      'processor_config.json': json({ image_processor: JSON.parse(processor) as Json }),
    };
    expect(await fingerprint(files)).toEqual(await fingerprint({}));
  });

  test('weights in two shards', async () => {
    const all = [...tensors];
    const half = Math.floor(all.length / 2);
    const shards = { 'a.safetensors': all.slice(0, half), 'b.safetensors': all.slice(half) };
    const map = Object.entries(shards).flatMap(([file, part]) =>
      part.map(([name]) => [name, file]),
    );
    const files: Files = {
      'model.safetensors': null,
      'model.safetensors.index.json': json({ weight_map: Object.fromEntries(map) }),
    };
    for (const [file, part] of Object.entries(shards)) {
      files[file] = writeSafetensors(new Map(part));
    }
    expect(await fingerprint(files)).toEqual(await fingerprint({}));
    const hash = await (await openCheckpoint(folderSource(FOLDER, files))).weightHash();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('stop tokens', () => {
  const withGeneration = async (generation: Json) =>
    (await build({ 'generation_config.json': json(generation) })).spec.eosTokenIds;

  test('are a list where the generation config has one, as Llama 3', async () => {
    expect(await withGeneration({ eos_token_id: [7, 9] })).toEqual([7, 9]);
  });

  test('are the text config’s where it has none', async () => {
    const text = config['text_config'] as Json;
    expect(await withGeneration({})).toEqual([text['eos_token_id']]);
  });

  test('that are no ids are refused', async () => {
    await expect(withGeneration({ eos_token_id: ['</s>'] })).rejects.toThrow(
      'generation_config.json: eos_token_id should be a token id or a list of them',
    );
  });
});
