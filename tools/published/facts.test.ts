import { describe, expect, it } from 'vitest';
import { expandTensors, type TensorTable } from '../../src/models/published.ts';
import {
  type Facts,
  folderFiles,
  type Json,
  leafPaths,
  publishedFolders,
  readPublished,
  sourcesOf,
} from './facts.ts';

const REPOSITORIES = [
  'Qwen/Qwen2-VL-2B-Instruct',
  'Qwen/Qwen2.5-VL-3B-Instruct',
  'Qwen/Qwen2.5-VL-7B-Instruct',
  'google/gemma-3-12b-it',
  'google/gemma-3-4b-it',
  'llava-hf/llama3-llava-next-8b-hf',
  'llava-hf/llava-1.5-7b-hf',
  'llava-hf/llava-v1.6-mistral-7b-hf',
];
const PUBLISHED = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
];
const KINDS = ['copy', 'code', 'docs', 'issue', 'page', 'recipe', 'sibling', 'default', 'none'];
const OWN_FACTS = ['revision', 'licence', 'gated', 'weights', 'tokens', 'chat'];

interface Defaults {
  readonly [file: string]: Readonly<Record<string, { value: Json; source: string }>>;
}

/** A number of config.json, or what the code of its time puts where the file leaves it out. */
function setting(folder: string, path: string): number {
  let value = readPublished<Json>(folder, 'config.json');
  for (const key of path.split('.')) value = (value as Record<string, Json>)[key] ?? null;
  value ??= readPublished<Defaults>(folder, 'defaults.json')['config.json']?.[path]?.value ?? null;
  if (typeof value !== 'number') throw new Error(`${folder} has no number for ${path}.`);
  return value;
}

it('covers the eight repositories', () => {
  const found = publishedFolders().map((folder) => readPublished<Facts>(folder, 'facts.json'));
  expect(found.map((facts) => facts.repository)).toEqual(REPOSITORIES);
});

describe.each(publishedFolders())('%s', (folder) => {
  const facts = readPublished<Facts>(folder, 'facts.json');
  const table = readPublished<TensorTable>(folder, 'tensors.json');
  const tensors = expandTensors(table);
  const files = folderFiles(folder);
  const qwen = folder.startsWith('Qwen');
  const text = qwen ? '' : 'text_config.';

  it('is small', () => {
    for (const [file, bytes] of files) expect(bytes, file).toBeLessThan(40_000);
  });

  it('names a source for every value', () => {
    for (const file of PUBLISHED.filter((name) => files.has(name))) {
      for (const path of leafPaths(readPublished<Json>(folder, file))) {
        expect(sourcesOf(facts, file, path), `${file}#${path}`).not.toHaveLength(0);
      }
    }
    for (const name of OWN_FACTS) {
      const value = (facts as unknown as Record<string, Json>)[name]!;
      for (const path of leafPaths(value, name)) {
        expect(sourcesOf(facts, '', path), path).not.toHaveLength(0);
      }
    }
    for (const fields of Object.values(readPublished<Defaults>(folder, 'defaults.json'))) {
      for (const { source } of Object.values(fields)) expect(source).toMatch(/^transformers \d/);
    }
  });

  it('describes each source that it names, and no other', () => {
    const named = new Set(Object.values(facts.facts).flat());
    expect([...named].sort()).toEqual(Object.keys(facts.sources).sort());
    for (const { kind, where, what } of Object.values(facts.sources)) {
      expect(KINDS).toContain(kind);
      expect(where.length * what.length).toBeGreaterThan(0);
    }
  });

  it('has entries only for values that exist', () => {
    for (const entry of Object.keys(facts.facts).filter((name) => name.includes('#'))) {
      const [file, path] = entry.split('#') as [string, string];
      const paths = leafPaths(readPublished<Json>(folder, file));
      const covered = paths.some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
      expect(covered, entry).toBe(true);
    }
  });

  it('has tensors that add up to the published size', () => {
    const sizes = [...tensors.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const parameters = sizes.reduce((a, b) => a + b, 0);
    expect(tensors.size).toBe(table.count);
    expect(parameters).toBe(facts.weights.parameters);
    expect(table).toMatchObject({ parameters, bytes: 2 * parameters, dtype: facts.weights.dtype });
    expect(facts.weights.bytes).toBe(2 * parameters);
  });

  it('has the parts and the shapes that its configuration asks for', () => {
    const names = [...tensors.keys()];
    const parts = facts.weights.parts;
    for (const prefix of Object.values(parts)) {
      expect(names.some((name) => name.startsWith(prefix))).toBe(true);
    }
    expect(names.some((name) => name.endsWith('lm_head.weight'))).toBe(!facts.weights.tiedHead);
    const hidden = setting(folder, `${text}hidden_size`);
    const vocabulary = setting(folder, `${text}vocab_size`);
    const layers = setting(folder, `${text}num_hidden_layers`);
    expect(tensors.get(`${parts.decoder}embed_tokens.weight`)).toMatchObject({
      shape: [vocabulary, hidden],
    });
    expect(tensors.get(`${parts.head}weight`)).toMatchObject({ shape: [vocabulary, hidden] });
    expect(tensors.has(`${parts.decoder}layers.${layers - 1}.mlp.up_proj.weight`)).toBe(true);
    expect(tensors.has(`${parts.decoder}layers.${layers}.mlp.up_proj.weight`)).toBe(false);
    const heads = setting(folder, `${text}num_attention_heads`);
    const groups = setting(folder, `${text}num_key_value_heads`);
    const rows = (name: string) =>
      tensors.get(`${parts.decoder}layers.0.self_attn.${name}`)!.shape[0]!;
    expect(rows('q_proj.weight') / heads).toBe(rows('k_proj.weight') / groups);
    const depth = setting(folder, qwen ? 'vision_config.depth' : 'vision_config.num_hidden_layers');
    const block = `${parts.encoder}${qwen ? 'blocks' : 'encoder.layers'}`;
    expect(names.some((name) => name.startsWith(`${block}.${depth - 1}.`))).toBe(true);
    expect(names.some((name) => name.startsWith(`${block}.${depth}.`))).toBe(false);
  });

  it('has an image token inside the vocabulary, the one its configuration names', () => {
    const image = facts.tokens.image!.id;
    expect(setting(folder, qwen ? 'image_token_id' : 'image_token_index')).toBe(image);
    expect(image).toBeLessThan(setting(folder, `${text}vocab_size`));
  });
});
