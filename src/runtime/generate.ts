import type { Tensor } from 'onnxruntime-web';
import type { Batch } from './batch.ts';
import type { LanguageModel } from './language-model.ts';

export interface Generated {
  /** Logits f32 `[vocab]` of the first step, for each row. */
  readonly firstLogits: readonly Float32Array[];
  /** Generated ids of each row, the stop token left out. */
  readonly tokenIds: readonly number[][];
}

/**
 * Greedy decoding of a batch: the token of the highest logit (the lowest id where two are equal), until
 * every row met a stop token or has `maxNewTokens`.
 */
export async function generateGreedily(
  model: LanguageModel,
  batch: Batch,
  features: Tensor,
  maxNewTokens: number,
  stopIds: readonly number[],
): Promise<Generated> {
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    throw new Error(
      `The number of new tokens must be a whole number of at least 1, but it is ${maxNewTokens}.`,
    );
  const begun = await model.begin(batch, features, maxNewTokens);
  const tokenIds: number[][] = Array.from({ length: batch.rows }, () => []);
  const open = new Set(tokenIds.keys());
  const firstLogits = rowsOf(begun.logits, batch.rows);
  let rows = firstLogits;
  try {
    for (;;) {
      const best = rows.map(argmax);
      for (const row of [...open]) {
        if (stopIds.includes(best[row]!)) open.delete(row);
        else if (tokenIds[row]!.push(best[row]!) === maxNewTokens) open.delete(row);
      }
      if (open.size === 0) return { firstLogits, tokenIds };
      rows = rowsOf(await model.step(begun.state, best), batch.rows);
    }
  } finally {
    begun.state.dispose();
  }
}

/** Views of the rows of `[rows, vocab]`. */
export function rowsOf(logits: Float32Array, rows: number): Float32Array[] {
  const vocab = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => logits.subarray(row * vocab, (row + 1) * vocab));
}

/** Index of the largest value, the first of equal ones. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
