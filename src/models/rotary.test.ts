import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Fields } from './fields.ts';
import { parseRotary, standardTables } from './rotary.ts';
import { ROOT } from './testing/folder.ts';
import { readLazyTensor } from '../tensor/lazy.ts';

interface Golden {
  readonly rope_parameters: Record<string, unknown>;
  readonly inv_freq: readonly number[];
}

const GOLDENS = JSON.parse(readFileSync(join(ROOT, 'fixtures/golden/rope.json'), 'utf8')) as Record<
  string,
  Golden
>;

const HEAD_DIM = 128;

describe.each(Object.entries(GOLDENS))('%s', (_, { rope_parameters, inv_freq }) => {
  const expected = Float32Array.from(inv_freq);

  test('as transformers 5 writes it', () => {
    const rotary = parseRotary(new Fields('config.json', { rope_parameters }), HEAD_DIM);
    expect(rotary.dim).toBe(HEAD_DIM);
    expect(rotary.invFreq).toEqual(expected);
  });

  test('as earlier versions wrote it', () => {
    const { rope_theta, rope_type: type, ...scaling } = rope_parameters;
    const rope_scaling = type === 'default' ? null : { type, ...scaling };
    const fields = new Fields('config.json', { rope_theta, rope_scaling });
    expect(parseRotary(fields, HEAD_DIM).invFreq).toEqual(expected);
  });
});

test('standard tables hold the cosine and sine of position times frequency', async () => {
  const rotary = parseRotary(new Fields('config.json', {}), 8);
  const { cos, sin } = standardTables(rotary, 1500);
  expect(cos.shape).toEqual([1500, 4]);
  const { data: cosines } = await readLazyTensor(cos, 'cos');
  const { data: sines } = await readLazyTensor(sin, 'sin');
  expect([...cosines.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
  expect(sines[2 * 4 + 1]).toBeCloseTo(Math.sin(0.2), 6);
  // Beyond the rows that are made at a time.
  expect(sines[1400 * 4 + 1]).toBeCloseTo(Math.sin(140), 5);
});
