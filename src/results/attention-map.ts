/**
 * The published code's files of perception maps: `<id>_<k>/<id>_<k>_attention_map.json`, k from 0 to 8 the
 * target's cell in reading order; each a bare array of rows, 20 × 20, divided by its maximum.
 */
import { evenBorders, normalised, resampleMap, type OcclusionMap } from './occlusion-map.ts';
import { perceptionKey, type PerceptionValues } from './perception-records.ts';
import { CELLS } from './records.ts';

/** Tiles of a side. */
const TILES = 20;

/** Whose map it is. */
export interface AttentionMapName {
  readonly id: string;
  /** 0 to 8. */
  readonly cell: number;
}

/** The file's path below the folder of a run, with `/`. */
export function attentionMapPath({ id, cell }: AttentionMapName): string {
  const name = `${id}_${cell}`;
  return `${name}/${name}_attention_map.json`;
}

/** Reads a path that ends as `attentionMapPath` writes it; null for another file. */
export function parseAttentionMapPath(path: string): AttentionMapName | null {
  const found = /(?:^|\/)(.+)_([0-8])\/([^/]+)_attention_map\.json$/.exec(path);
  if (!found) return null;
  const id = found[1]!.split('/').at(-1)!;
  return found[3] === `${id}_${found[2]}` ? { id, cell: Number(found[2]) } : null;
}

/** A map as such a file's text; a map of other tiles is resampled by area and divided by its maximum. */
export function formatAttentionMap(map: OcclusionMap): string {
  const isWhole = map.across.length === TILES + 1 && map.down.length === TILES + 1;
  const borders = evenBorders(TILES);
  const values = isWhole ? map.values : normalised(resampleMap(map, borders, borders).values);
  return JSON.stringify(values.map((row) => row.map(sixDecimals)));
}

/**
 * Reads such a file's text; made elsewhere it may have other numbers of rows and columns.
 * @param name the file's name, for messages
 * @throws a sentence where it is no array of equally long rows of numbers from 0 on
 */
export function parseAttentionMap(text: string, name: string): OcclusionMap {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} should hold a map as a JSON array, but is not valid JSON.`, {
      cause: error,
    });
  }
  if (!isMatrix(rows))
    throw new Error(
      `${name} should hold a map as an array of equally long rows of numbers from 0 on (published: ${TILES} rows of ${TILES}), but holds ${JSON.stringify(rows).slice(0, 60)}.`,
    );
  return { across: evenBorders(rows[0]!.length), down: evenBorders(rows.length), values: rows };
}

function isMatrix(value: unknown): value is number[][] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (row) =>
        Array.isArray(row) &&
        row.length > 0 &&
        row.length === (value[0] as unknown[]).length &&
        row.every((entry) => typeof entry === 'number' && Number.isFinite(entry) && entry >= 0),
    )
  );
}

/** A file that was found, by its path below the folder that was searched. */
export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Maps that were made elsewhere, as summaries read them: groups are numbered by the ids' order, what the
 * files do not tell (scheme, passes) is named `imported` and 0. Files of other names are left out.
 * @throws a sentence where none is such a file, or one is damaged
 */
export function importAttentionMaps(files: readonly FoundFile[]): PerceptionValues[] {
  const named = files.flatMap(({ path, text }) => {
    const name = parseAttentionMapPath(path);
    return name ? [{ ...name, map: parseAttentionMap(text, path) }] : [];
  });
  if (named.length === 0)
    throw new Error(
      `None of ${files.length} files is called like a perception map (${attentionMapPath({ id: '<id>', cell: 0 })}, the number from 0 to 8 being the target's cell).`,
    );
  const ids = [...new Set(named.map(({ id }) => id))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const scheme = 'imported';
  const mode = 'reference';
  return named
    .map(({ id, cell: at, map }) => {
      const [group, cell] = [ids.indexOf(id), CELLS[at]!];
      return {
        key: perceptionKey({ group, cell, scheme, mode }),
        group,
        cell,
        scheme,
        strength: 0,
        mode,
        across: map.across,
        down: map.down,
        map: map.values,
        tiles: map.values.flat().length,
        passes: 0,
      } as const;
    })
    .sort((a, b) => a.group - b.group || CELLS.indexOf(a.cell) - CELLS.indexOf(b.cell));
}

/** Finer than any figure, and the same text from every run of the same numbers. */
export function sixDecimals(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
