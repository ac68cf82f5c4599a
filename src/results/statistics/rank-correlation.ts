/**
 * Spearman's rank correlation of two lists of numbers, equal ones sharing the mean of their ranks; null
 * where one of the lists is constant, for then it has no order. Source: Spearman (1904), with ties as
 * Pearson's correlation of the mid-ranks.
 * @throws where the lists are of different length
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length)
    throw new Error(
      `Ranks are compared of two lists of one length, but these have ${a.length} and ${b.length} numbers.`,
    );
  const [ranksA, ranksB] = [midRanks(a), midRanks(b)];
  // Mid-ranks always have this mean.
  const mean = (a.length + 1) / 2;
  let [product, squaresA, squaresB] = [0, 0, 0];
  ranksA.forEach((rank, at) => {
    const [x, y] = [rank - mean, ranksB[at]! - mean];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  });
  if (squaresA === 0 || squaresB === 0) return null;
  return product / Math.sqrt(squaresA * squaresB);
}

/** Ranks from 1, smallest first. */
function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, at) => at);
  order.sort((x, y) => values[x]! - values[y]!);
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let at = first; at < end; at++) ranks[order[at]!] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}
