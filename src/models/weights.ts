/** Reading weights by the names that graphs use, whatever generation wrote the checkpoint. */
import { toFloat32 } from '../tensor/convert.ts';
import type { LazyTensor } from '../tensor/lazy.ts';
import { floatType } from '../tensor/lazy-floats.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ComputeType } from './compute.ts';
import { PLANS, type PartFormats } from './formats.ts';

/** Prefixes that a part's tensors have had, the newest first. */
export type PrefixTable = Readonly<Record<string, readonly string[]>>;

export interface Weights {
  /** How matrices are to be stored in graphs. */
  readonly formats: PartFormats;
  /** In what type graphs are to compute. */
  readonly compute: ComputeType;
  /** The tensor as float32. Throws a sentence where it is missing or of another shape or type. */
  read(part: string, name: string, shape: readonly number[]): Promise<HostTensor<'float32'>>;
  /** The tensor in its own type, to be read later. Throws like `read`. */
  lazy(part: string, name: string, shape: readonly number[]): LazyTensor;
}

/** The same weights, what was read kept in memory: for graphs that are built more than once. */
export function rememberedReads(weights: Weights): Weights {
  const kept = new Map<string, Promise<HostTensor<'float32'>>>();
  return {
    ...weights,
    read: (part, name, shape) => {
      const key = [part, name, ...shape].join(' ');
      const found = kept.get(key) ?? weights.read(part, name, shape);
      kept.set(key, found);
      return found;
    },
  };
}

/**
 * Weights of a checkpoint whose `parts` are found under one of their prefixes. A tensor `name` of a
 * part is the first of `prefix + name` that the checkpoint has.
 */
export function openWeights(
  checkpoint: Pick<Checkpoint, 'tensors' | 'readTensor' | 'lazyTensor'>,
  parts: PrefixTable,
  formats: PartFormats = PLANS.fp32,
  compute: ComputeType = 'float32',
): Weights {
  const candidates = (part: string, name: string) =>
    (parts[part] ?? []).map((prefix) => prefix + name);
  const find = (part: string, name: string) =>
    candidates(part, name).find((candidate) => checkpoint.tensors.has(candidate));

  function require(part: string, name: string, shape: readonly number[]): string {
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
    return found;
  }

  return {
    formats,
    compute,
    read: async (part, name, shape) => {
      const found = require(part, name, shape);
      return toFloat32(await checkpoint.readTensor(found), found);
    },
    lazy: (part, name, shape) => {
      const found = require(part, name, shape);
      const tensor = checkpoint.lazyTensor(found);
      floatType(tensor.dtype, found);
      return tensor;
    },
  };
}
