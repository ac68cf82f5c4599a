import type { DecodingState, LanguageModel } from './language-model.ts';

/**
 * Greedy decoding on from a prefill: the token of the highest logit (the lowest id where two are equal),
 * until every row met a stop token or has `maxNewTokens`. `firstLogits`, f32 `[vocab]` for each row of
 * `state`, choose the first token. The state stays the caller's and must have room for all but the last
 * of the new tokens.
 * @returns the generated ids of each row, the stop token left out
 */
export async function decodeGreedily(
  model: Pick<LanguageModel, 'step'>,
  state: DecodingState,
  firstLogits: readonly Float32Array[],
  maxNewTokens: number,
  stopIds: readonly number[],
): Promise<number[][]> {
  const tokenIds: number[][] = firstLogits.map(() => []);
  const open = new Set(tokenIds.keys());
  let rows = firstLogits;
  for (;;) {
    const best = rows.map(argmax);
    for (const row of [...open]) {
      if (stopIds.includes(best[row]!)) open.delete(row);
      else if (tokenIds[row]!.push(best[row]!) === maxNewTokens) open.delete(row);
    }
    if (open.size === 0) return tokenIds;
    rows = rowsOf(await model.step(state, best), rows.length);
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
