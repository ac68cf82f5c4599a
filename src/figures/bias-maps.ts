/** The figures of a probe, the same for page and command line: a map a scheme, and what changes. */
import { comparison } from './comparison.ts';
import { differenceScale, sharedScale } from './color-scale.ts';
import { CELL_MARK, formatNumber, heatmap, type HeatmapCell, type HeatmapData } from './heatmap.ts';

/** What the numbers are and where they come from; what is not known is left out of the figure. */
export interface BiasMapSource {
  /** E.g. `accuracy on positive items`. */
  readonly quantity: string;
  readonly model?: string | undefined;
  readonly dataset?: string | undefined;
  readonly groups?: number | undefined;
  readonly seed?: number | undefined;
}

/** One scheme's nine cells in reading order. */
export interface SchemeCells {
  readonly label: string;
  readonly cells: readonly HeatmapCell[];
  /** Largest less smallest cell. */
  readonly range?: number | undefined;
}

/** The second scheme's cells less the first's. */
export interface DifferenceCells {
  readonly first: string;
  readonly second: string;
  readonly cells: readonly HeatmapCell[];
  readonly rangeChange?: number | undefined;
}

/** Maps of all schemes on one scale, in the order given. */
export function schemeMaps(schemes: readonly SchemeCells[], source: BiasMapSource): HeatmapData[] {
  const scale = sharedScale(schemes.flatMap(({ cells }) => cells.map(({ value }) => value)));
  return schemes.map(({ label, cells, range }) => ({
    title: `${label} positions`,
    name: label,
    subtitle: describeSource(source),
    ...(range === undefined ? {} : { detail: `range (max − min) ${formatNumber(range)}` }),
    scale,
    quantity: withBrackets(source.quantity, cells),
    cells,
  }));
}

/** What a mark in a cell of a difference says. */
export const MARK_MEANING = `${CELL_MARK} McNemar p < 0.05 (Holm)`;

/** The map of a difference, on a diverging scale around 0; cells that McNemar's test marks. */
export function differenceMap(difference: DifferenceCells, source: BiasMapSource): HeatmapData {
  const { first, second, cells, rangeChange } = difference;
  const details = [
    ...(rangeChange === undefined
      ? []
      : [`change of the range ${formatNumber(rangeChange, true)}`]),
    ...(cells.some(({ marked }) => marked) ? [MARK_MEANING] : []),
  ];
  return {
    title: `${second} − ${first}`,
    name: `${second} − ${first}`,
    subtitle: describeSource(source),
    ...(details.length === 0 ? {} : { detail: details.join('; ') }),
    scale: differenceScale(cells.map(({ value }) => value)),
    quantity: withBrackets(`difference in ${source.quantity}`, cells),
    signed: true,
    cells,
  };
}

/** One map alone, or several side by side, as an SVG document. */
export function biasFigure(maps: readonly HeatmapData[], source: BiasMapSource): string {
  if (maps.length === 1) return heatmap(maps[0]!);
  const names = maps.map(({ name, title }) => name ?? title).join(', ');
  const where = source.model === undefined ? '' : `${source.model}: `;
  return comparison({ title: `${where}${source.quantity} by cell, ${names}`, maps });
}

/** Where the numbers come from, in one line. */
export function describeSource({ model, dataset, groups, seed }: BiasMapSource): string {
  return [
    model,
    dataset,
    groups === undefined ? undefined : `${groups} ${groups === 1 ? 'group' : 'groups'}`,
    seed === undefined ? undefined : `seed ${seed}`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** The quantity's name, and what the brackets are where some cell has an interval. */
export function withBrackets(quantity: string, cells: readonly HeatmapCell[]): string {
  const bracketed = cells.some(({ interval }) => interval !== undefined);
  return bracketed ? `${quantity} [95 % interval]` : quantity;
}
