/** The figures of perception maps. */
import { biasFigure, differenceMap } from '../figures/bias-maps.ts';
import { heatmapNumbers } from '../figures/heatmap-numbers.ts';
import type { HeatmapCell } from '../figures/heatmap.ts';
import { tileNumbers } from '../figures/image-map.ts';
import { nineMaps, type PlacedMap } from '../figures/nine-maps.ts';
import { meanMapFigures, shareMaps, shareSource } from '../figures/perception-maps.ts';
import type {
  PerceptionCondition,
  PerceptionSummary,
  ShareComparison,
  ShareEstimate,
} from '../results/perception-summary.ts';
import { CELLS } from '../results/records.ts';
import type { NamedFigure } from './named-figure.ts';

/** What the run was, as figures say it; what is not known is left out. */
export interface FigureSource {
  readonly model?: string;
  readonly dataset?: string;
  readonly groups?: number;
  readonly seed?: number;
}

/** Mean maps and shares of every mode. */
export function perceptionFigures(
  { conditions, comparisons }: PerceptionSummary,
  source: FigureSource,
): NamedFigure[] {
  const figures: NamedFigure[] = [];
  for (const mode of new Set(conditions.map((condition) => condition.mode))) {
    const own = conditions.filter((condition) => condition.mode === mode);
    const schemes = own.map(({ scheme, cells }) => ({
      label: scheme.label,
      maps: cells.map(({ cell, meanMap, n }): PlacedMap => ({ name: cell, map: meanMap, n })),
    }));
    meanMapFigures(schemes, mode, source).forEach((figure, at) => {
      const name = `mean-maps-${schemes[at]!.label}-${mode}`;
      const numbers = tileNumbers(knownMaps(figure.maps));
      figures.push({ name, svg: nineMaps(figure), numbers });
    });
    const shares = shareSource(mode, source);
    const differences = comparisons.filter((comparison) => comparison.mode === mode);
    const maps = [
      ...shareMaps(own.map(schemeShares), shares),
      ...differences.map((difference) => differenceMap(differenceCells(difference), shares)),
    ];
    const name = `mass-shares-${mode}`;
    figures.push({ name, svg: biasFigure(maps, shares), numbers: heatmapNumbers(maps) });
  }
  return figures;
}

function knownMaps(maps: readonly PlacedMap[]) {
  return maps.flatMap(({ name, map }) => (map ? [{ name, map }] : []));
}

function schemeShares({ scheme, cells, meanShare }: PerceptionCondition) {
  return {
    label: scheme.label,
    mean: meanShare?.value,
    cells: cells.map(({ share, n }, at) => heatmapCell(at, share, n)),
  };
}

function differenceCells({ first, second, cells }: ShareComparison) {
  return { first, second, cells: cells.map((share, at) => heatmapCell(at, share)) };
}

function heatmapCell(cell: number, share: ShareEstimate | null, n?: number): HeatmapCell {
  return {
    name: CELLS[cell]!,
    value: share?.value ?? null,
    ...(n === undefined ? {} : { n }),
    ...(share?.interval ? { interval: share.interval } : {}),
  };
}
