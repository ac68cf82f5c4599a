/**
 * Exact two-sided McNemar test: under the null hypothesis each of the discordant pairs is a fair coin,
 * so p is twice the smaller binomial tail, at most 1. Source: McNemar (1947), Psychometrika 12,
 * 153-157, in its exact form.
 * @param onlyFirst pairs that only the first condition got right; @param onlySecond the opposite
 */
export function exactMcNemar(onlyFirst: number, onlySecond: number): number {
  const pairs = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // Terms of the tail relative to 2^pairs, by logarithms: counts of thousands would underflow.
  let logTerm = -pairs * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log((pairs - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Holm's step-down correction: p-values that keep the family-wise error, in the order given. Source:
 * Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
