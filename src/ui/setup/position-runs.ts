/** Position ids in words: runs of tokens of one kind with their first and last id. */
export interface PositionRun {
  readonly kind: 'text' | 'image';
  readonly tokens: number;
  readonly first: number;
  readonly last: number;
}

export function positionRuns(kinds: Uint32Array, positions: Float32Array): PositionRun[] {
  const runs: PositionRun[] = [];
  for (let start = 0; start < kinds.length;) {
    let end = start + 1;
    while (end < kinds.length && kinds[end] === kinds[start]) end++;
    runs.push({
      kind: kinds[start] === 0 ? 'text' : 'image',
      tokens: end - start,
      first: positions[start]!,
      last: positions[end - 1]!,
    });
    start = end;
  }
  return runs;
}

/** `5 6 7 … 148`, `5 5 5 … 5`: the ids of a run as far as they fit a line. */
export function idsInWords(
  { kinds, positions }: { kinds: Uint32Array; positions: Float32Array },
  run: number,
): string {
  const spans = positionRuns(kinds, positions);
  const start = spans.slice(0, run).reduce((sum, { tokens }) => sum + tokens, 0);
  const ids = Array.from(positions.slice(start, start + spans[run]!.tokens), shortId);
  return ids.length <= 4 ? ids.join(' ') : `${ids.slice(0, 3).join(' ')} … ${ids.at(-1)}`;
}

function shortId(id: number): string {
  return Number.isInteger(id) ? String(id) : id.toFixed(1);
}
