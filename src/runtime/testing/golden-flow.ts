import { expect } from 'vitest';
import type { HostTensor } from '../../tensor/tensor.ts';
import type { AttentionFlow, FlowOptions } from '../engine.ts';
import { readTensors, TOLERANCE, type GoldenCase } from './golden.ts';

/** Hugging Face's attention of a golden case, by its names in the file. */
export type GoldenAttention = ReadonlyMap<string, HostTensor>;

/** Reads `fixtures/golden/<name>/attention.safetensors`. */
export function readAttention(name: string): Promise<GoldenAttention> {
  return readTensors(`fixtures/golden/${name}`, 'attention.safetensors');
}

/** A case's raw inputs, as the engine takes them. */
export function rawInputs({ inputs }: GoldenCase) {
  return {
    input_ids: inputs.get('input_ids') as HostTensor<'int64'>,
    attention_mask: inputs.get('attention_mask') as HostTensor<'int64'>,
    pictures: inputs,
  };
}

/** What a golden comparison needs of an engine. */
export type FlowOf = (
  inputs: ReturnType<typeof rawInputs>,
  strength: number,
  options: FlowOptions,
) => Promise<(AttentionFlow | undefined)[]>;

/**
 * The largest difference of any head's map from Hugging Face's, as a share of that map's largest value.
 * Rows without a stored map have none here either.
 */
export async function flowDifference(
  flowOf: FlowOf,
  golden: GoldenCase,
  attention: GoldenAttention,
  scheme: string,
  strength: number,
): Promise<number> {
  const flows = await flowOf(rawInputs(golden), strength, { reduce: 'heads' });
  const differences = flows.flatMap((flow, row) => {
    const expected = attention.get(`attention.${scheme}.${row}`) as
      HostTensor<'float32'> | undefined;
    expect(flow === undefined, `row ${row} is read`).toBe(expected === undefined);
    if (!flow || !expected) return [];
    const [layers, heads, columns] = expected.shape as [number, number, number];
    expect([flow.layers.length, flow.heads, flow.kinds.length]).toEqual([layers, heads, columns]);
    expect(flow.rows).toEqual(Array.from(attention.get(`rows.${row}`)!.data, Number));
    return Array.from({ length: layers * heads }, (_, map) => {
      const own = (all: Float32Array) => all.subarray(map * columns, (map + 1) * columns);
      return mapDifference(own(flow.attention), own(expected.data));
    });
  });
  expect(differences.length).toBeGreaterThan(0);
  return Math.max(...differences);
}

/** Relative to the second map's largest value; NaN where either holds one. */
export function mapDifference(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((a, b) => Math.max(a, b), 0);
  // Math.max keeps NaN, and no NaN is below a tolerance.
  return expected.reduce((a, value, i) => Math.max(a, Math.abs(found[i]! - value) / largest), 0);
}

/** Expects every head's map within the tolerance of its largest value. */
export async function expectFlow(
  flowOf: FlowOf,
  golden: GoldenCase,
  attention: GoldenAttention,
  scheme: string,
  strength: number,
): Promise<void> {
  const difference = await flowDifference(flowOf, golden, attention, scheme, strength);
  expect(difference, 'attention maps').toBeLessThan(TOLERANCE);
}
