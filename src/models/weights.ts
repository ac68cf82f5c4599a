/** Reading weights by the names that graphs use, whatever generation wrote the checkpoint. */
import { toFloat32, transposed } from '../tensor/convert.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Prefixes that a part's tensors have had, the newest first. */
export type PrefixTable = Readonly<Record<string, readonly string[]>>;

export interface Weights {
  /** Whether a part has the tensor. */
  has(part: string, name: string): boolean;
  /** The tensor as float32. Throws a sentence where it is missing or of another shape or type. */
  read(part: string, name: string, shape: readonly number[]): Promise<HostTensor<'float32'>>;
  /** A linear layer's weight, stored `[out, in]`, as `[in, out]`. */
  readTransposed(
    part: string,
    name: string,
    outputs: number,
    inputs: number,
  ): Promise<HostTensor<'float32'>>;
}

/**
 * Weights of a checkpoint whose `parts` are found under one of their prefixes. A tensor `name` of a
 * part is the first of `prefix + name` that the checkpoint has.
 */
export function openWeights(checkpoint: Checkpoint, parts: PrefixTable): Weights {
  const candidates = (part: string, name: string) =>
    (parts[part] ?? []).map((prefix) => prefix + name);
  const find = (part: string, name: string) =>
    candidates(part, name).find((candidate) => checkpoint.tensors.has(candidate));

  async function read(part: string, name: string, shape: readonly number[]) {
    const found = find(part, name);
    if (found === undefined) {
      throw new Error(
        `The checkpoint lacks a tensor: one of ${candidates(part, name).join(', ')} was expected with the shape [${shape.join(', ')}].`,
      );
    }
    const actual = checkpoint.tensors.get(found)?.shape ?? [];
    if (actual.length !== shape.length || actual.some((size, axis) => size !== shape[axis])) {
      throw new Error(
        `The tensor ${found} should have the shape [${shape.join(', ')}] by the config, but it has [${actual.join(', ')}].`,
      );
    }
    return toFloat32(await checkpoint.readTensor(found), found);
  }

  return {
    has: (part, name) => find(part, name) !== undefined,
    read,
    readTransposed: async (part, name, outputs, inputs) =>
      transposed(await read(part, name, [outputs, inputs])),
  };
}
