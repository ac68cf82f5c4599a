import { expect } from 'vitest';
import {
  readSafetensor,
  readSafetensorsHeader,
  type RangeReader,
} from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/tensor.ts';
import { FolderSource } from '../folder-source.ts';
import type { RuntimeEngine } from '../model-engine.ts';

/** Inputs and Hugging Face's outputs for them, by their names in the files. */
export interface GoldenCase {
  readonly inputs: ReadonlyMap<string, HostTensor>;
  readonly golden: ReadonlyMap<string, HostTensor>;
}

export const TOLERANCE = 1e-3;

/** Balance strengths by the names that the golden files give them. */
export const SCHEMES = [
  ['standard', 0],
  ['balanced', 1],
  ['0.5', 0.5],
] as const;

/** Reads `fixtures/golden/<name>`. */
export async function readGolden(name: string): Promise<GoldenCase> {
  const folder = `fixtures/golden/${name}`;
  return {
    inputs: await readTensors(folder, 'in.safetensors'),
    golden: await readTensors(folder, 'golden.safetensors'),
  };
}

/** All tensors of a safetensors file, by name. */
export async function readTensors(folder: string, file: string): Promise<Map<string, HostTensor>> {
  const source = new FolderSource(folder);
  const size = (await source.size(file))!;
  const read = (start: number, end: number) => source.read(file, start, end);
  const reader: RangeReader = { name: file, size, read };
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of await readSafetensorsHeader(reader))
    tensors.set(name, await readSafetensor(reader, name, entry));
  return tensors;
}

/** Expects image features and every stored, valid position's logits within the tolerance. */
export async function expectGolden(
  engine: RuntimeEngine,
  golden: GoldenCase,
  scheme: string,
  strength: number,
): Promise<void> {
  const { features, logits } = await goldenDifferences(engine, golden, scheme, strength);
  expect(features, 'image features').toBeLessThan(TOLERANCE);
  expect(logits, 'logits').toBeLessThan(TOLERANCE);
}

/** Largest differences of the image features and of the logits at every stored, valid position. */
export async function goldenDifferences(
  engine: RuntimeEngine,
  { inputs, golden }: GoldenCase,
  scheme: string,
  strength: number,
): Promise<{ features: number; logits: number }> {
  const mask = inputs.get('attention_mask') as HostTensor<'int64'>;
  const { logits, image_features } = await engine.computeLogits(
    {
      input_ids: inputs.get('input_ids') as HostTensor<'int64'>,
      attention_mask: mask,
      pictures: inputs,
    },
    strength,
  );
  const features = golden.get('image_features') as HostTensor<'float32'>;
  const kept = golden.get(`logits.${scheme}`) as HostTensor<'float32'>;
  const index = [...(golden.get('logits_index') as HostTensor<'int64'>).data].map(Number);
  const [rows, length, vocab] = logits.shape as [number, number, number];
  const differences: number[] = [];
  for (let row = 0; row < rows; row++)
    index.forEach((token, k) => {
      if (mask.data[row * length + token] !== 1n) return;
      const at = (row * length + token) * vocab;
      const from = (row * index.length + k) * vocab;
      const ours = logits.data.subarray(at, at + vocab);
      const theirs = kept.data.subarray(from, from + vocab);
      differences.push(largestDifference(ours, theirs));
    });
  expect(differences.length).toBeGreaterThan(0);
  return {
    features: largestDifference(image_features!.data, features.data),
    logits: Math.max(...differences),
  };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  // Math.max keeps NaN, and no NaN is below a tolerance.
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
