/** The published facts of a repository (`data/published`, whose README has the format): no weights. */
import type { DType } from '../tensor/tensor.ts';

/** One tensor, or one in each of `count` layers where the name holds `{layer}`. */
export interface TensorRow {
  readonly name: string;
  readonly count?: number;
  readonly shape: readonly number[];
}

/** `tensors.json`. */
export interface TensorTable {
  readonly dtype: 'BF16' | 'F16';
  readonly count: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly tensors: readonly TensorRow[];
}

/** What is needed of `facts.json`. */
export interface PublishedFacts {
  readonly repository: string;
  readonly revision: string;
  readonly licence: string;
  readonly gated: boolean;
  readonly weights: {
    readonly tiedHead: boolean;
    /** Name prefixes of `decoder`, `encoder`, `projector` and `head`. */
    readonly parts: Readonly<Record<'decoder' | 'encoder' | 'projector' | 'head', string>>;
  };
  readonly tokens: Readonly<Record<string, { readonly id: number; readonly text: string }>>;
  readonly chat: { readonly prompt: string; readonly tokenizerAddsBos: boolean };
}

/** The folder of a repository below `data/published`. */
export function publishedFolder(repository: string): string {
  return repository.replace('/', '--');
}

/** Every tensor of a table: published name, dtype and shape, in the table's order. */
export function expandTensors(
  table: Pick<TensorTable, 'dtype' | 'tensors'>,
): Map<string, { readonly dtype: DType; readonly shape: readonly number[] }> {
  const dtype: DType = table.dtype === 'BF16' ? 'bfloat16' : 'float16';
  const expanded = new Map<string, { dtype: DType; shape: readonly number[] }>();
  for (const { name, count, shape } of table.tensors)
    for (let layer = 0; layer < (count ?? 1); layer++)
      expanded.set(name.replace('{layer}', String(layer)), { dtype, shape });
  return expanded;
}
