/** A number for each tile of a picture, and what can be made of such maps. */

/**
 * Tiles between borders in shares of the picture's width and height (0 is the left or top edge, 1 the
 * other), ascending; `values[row][column]` belongs to the tile between `down[row]`, `down[row + 1]`,
 * `across[column]` and `across[column + 1]`.
 */
export interface OcclusionMap {
  readonly across: readonly number[];
  readonly down: readonly number[];
  readonly values: readonly (readonly number[])[];
}

/** Borders of `count` equal tiles over the whole picture. */
export function evenBorders(count: number): number[] {
  return Array.from({ length: count + 1 }, (_, at) => at / count);
}

/** The borders of the nine cells. */
const CELL_BORDERS = evenBorders(3);

/**
 * The mean value inside other tiles, by area. Where the map has no tile, nothing of the picture is seen
 * and nothing changes: it counts as 0.
 */
export function resampleMap(
  { across, down, values }: OcclusionMap,
  newAcross: readonly number[],
  newDown: readonly number[],
): OcclusionMap {
  const columns = overlaps(across, newAcross);
  const rows = overlaps(down, newDown);
  const narrowed = values.map((row) =>
    columns.map((weights) => weights.reduce((sum, weight, at) => sum + weight * row[at]!, 0)),
  );
  return {
    across: newAcross,
    down: newDown,
    values: rows.map((weights) =>
      columns.map((_, column) =>
        weights.reduce((sum, weight, at) => sum + weight * narrowed[at]![column]!, 0),
      ),
    ),
  };
}

/** For each new interval, the share of it that lies in each old one. */
function overlaps(old: readonly number[], wanted: readonly number[]): number[][] {
  return wanted.slice(1).map((end, at) => {
    const start = wanted[at]!;
    return old
      .slice(1)
      .map(
        (oldEnd, k) =>
          Math.max(0, Math.min(end, oldEnd) - Math.max(start, old[k]!)) / (end - start),
      );
  });
}

/** Whether two maps have the same tiles. */
export function sameTiles(a: OcclusionMap, b: OcclusionMap): boolean {
  return a.across.join() === b.across.join() && a.down.join() === b.down.join();
}

/**
 * The values of two maps over the tiles of the first, row by row, the second resampled where its tiles
 * are others.
 */
export function pairedValues(first: OcclusionMap, second: OcclusionMap): [number[], number[]] {
  const other = sameTiles(first, second) ? second : resampleMap(second, first.across, first.down);
  return [first.values.flat(), other.values.flat()];
}

/** The share of a map's sum that lies in each of the nine cells; null where the map is 0 throughout. */
export function massShares(map: OcclusionMap): number[] | null {
  const cells = resampleMap(map, CELL_BORDERS, CELL_BORDERS).values.flat();
  const sum = cells.reduce((total, value) => total + value, 0);
  return sum > 0 ? cells.map((value) => value / sum) : null;
}

/** The mean of maps over the tiles of the first, or null of none. */
export function meanMap(maps: readonly OcclusionMap[]): OcclusionMap | null {
  const [first] = maps;
  if (!first) return null;
  const aligned = maps.map((map) =>
    sameTiles(first, map) ? map : resampleMap(map, first.across, first.down),
  );
  const values = first.values.map((row, r) =>
    row.map((_, c) => aligned.reduce((sum, map) => sum + map.values[r]![c]!, 0) / aligned.length),
  );
  return { across: first.across, down: first.down, values };
}

/** Values divided by the largest of them, which becomes 1; a map of zeros stays one. */
export function normalised(values: readonly (readonly number[])[]): number[][] {
  const maximum = Math.max(...values.flat());
  return values.map((row) => row.map((value) => (maximum > 0 ? value / maximum : 0)));
}
