import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fits, gigabytes, parseCatalogue, sizeOn, WASM_LIMITS } from './catalogue.ts';

const text = readFileSync('models.json', 'utf8');
const models = parseCatalogue(text);
const model = (id: string) => models.find((one) => one.id === id)!;
const GIB = 2 ** 30;

describe('what a machine can hold', () => {
  test('a model whose every matrix and memory fit', () => {
    const limits = { maxBufferSize: GIB, maxStorageBufferBindingSize: GIB, memory: 8 * GIB };
    expect(fits(model('qwen2.5-vl-7b'), 'q4', limits)).toEqual({ fits: true });
    expect(fits(model('emoji-llava'), 'fp32', WASM_LIMITS)).toEqual({ fits: true });
  });

  test('nothing is held against a machine of which nothing is known', () => {
    expect(fits(model('gemma-3-12b'), 'fp16', {})).toEqual({ fits: true });
  });

  test('a matrix that is larger than a buffer, or than a binding', () => {
    expect(fits(model('qwen2.5-vl-7b'), 'fp16', { maxBufferSize: GIB })).toEqual({
      fits: false,
      why: 'One of its matrices takes 1.1 GB as fp16, but a GPU buffer (maxBufferSize) holds at most 1.1 GB on this graphics adapter.',
    });
    const small = { maxBufferSize: GIB, maxStorageBufferBindingSize: 2 ** 27 };
    expect(fits(model('qwen2.5-vl-7b'), 'q4', small)).toMatchObject({
      fits: false,
      why: expect.stringContaining('272 MB as q4, but what a GPU kernel reads at once'),
    });
  });

  test('half floats take twice the memory where the machine has none', () => {
    const qwen = model('qwen2.5-vl-7b');
    const limits = { maxBufferSize: 2 * GIB, memory: 20 * GIB };
    expect(fits(qwen, 'fp16', { ...limits, halfFloats: true })).toEqual({ fits: true });
    expect(fits(qwen, 'fp16', { ...limits, halfFloats: false })).toMatchObject({
      why: expect.stringContaining('One of its matrices takes 2.2 GB as fp16'),
    });
    const { bytes, gpuMemory } = qwen.formats.fp16!;
    expect(sizeOn(qwen, 'fp16', WASM_LIMITS)!.gpuMemory).toBe(gpuMemory + bytes);
    expect(sizeOn(qwen, 'q4', WASM_LIMITS)).toEqual(qwen.formats.q4);
  });

  test('weights and a run that are larger than the memory', () => {
    expect(fits(model('gemma-3-12b'), 'q4', WASM_LIMITS)).toEqual({
      fits: false,
      why: expect.stringMatching(
        /^It takes about 8\.9 GB as q4 \(weights 8\.4 GB, a run of 384 tokens 486 MB\), but WebAssembly, .* has 4\.3 GB\.$/,
      ),
    });
  });

  test('a format that is not offered', () => {
    expect(fits(model('gemma-3-12b'), 'fp32', {})).toEqual({
      fits: false,
      why: 'gemma-3-12b-it is not offered in fp32.',
    });
  });
});

test('sizes are told in the unit that suits them', () => {
  expect([400, 6.1e6, 486e6, 8.75e9].map(gigabytes)).toEqual([
    '1 kB',
    '6.1 MB',
    '486 MB',
    '8.8 GB',
  ]);
});

describe('a catalogue that is wrong', () => {
  const changed = (change: (row: Record<string, unknown>) => void) => {
    const json = JSON.parse(text) as { models: Record<string, unknown>[] };
    change(json.models[1]!);
    return () => parseCatalogue(JSON.stringify(json));
  };

  test.each([
    ['gated', (row: Record<string, unknown>) => (row['gated'] = 'no'), 'gated should be true or'],
    ['bytes', (row: Record<string, unknown>) => (row['run'] = {}), 'run.tokens should be a whole'],
    ['formats', (row: Record<string, unknown>) => (row['formats'] = {}), 'should name at least'],
    ['format', (row: Record<string, unknown>) => (row['formats'] = { q5: {} }), 'q5 is none of'],
    ['revision', (row: Record<string, unknown>) => (row['revision'] = null), 'a repository and'],
  ])('names the model and its %s', (_, change, sentence) => {
    expect(changed(change)).toThrow(/^models\.json, qwen2-vl-2b: /);
    expect(changed(change)).toThrow(sentence);
  });

  test('is told as such', () => {
    expect(() => parseCatalogue('{')).toThrow('models.json is not valid JSON');
    expect(() => parseCatalogue('{}')).toThrow('should hold a list named models');
    expect(() => parseCatalogue('{"models":[{}]}')).toThrow('models.json, model 1: id should be');
  });
});
