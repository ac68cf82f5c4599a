/** The figures of perception maps. */
import { biasFigure, differenceMap, type BiasMapSource } from '../figures/bias-maps.ts';
import { heatmapNumbers, type FigureNumbers } from '../figures/heatmap-numbers.ts';
import type { HeatmapCell, HeatmapData } from '../figures/heatmap.ts';
import { tileNumbers } from '../figures/image-map.ts';
import { nineMaps, type NineMapsData, type PlacedMap } from '../figures/nine-maps.ts';
import { meanMapFigures, shareMaps, shareSource } from '../figures/perception-maps.ts';
import type { PerceptionMode } from '../results/perception-records.ts';
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
  readonly model?: string | undefined;
  readonly dataset?: string | undefined;
  readonly groups?: number | undefined;
  readonly seed?: number | undefined;
}

/** Mean maps and shares of every mode. */
export function perceptionFigures(summary: PerceptionSummary, source: FigureSource): NamedFigure[] {
  const modes = [...new Set(summary.conditions.map(({ mode }) => mode))];
  return modes.flatMap((mode) => {
    const { means, shares, shareSource } = modeFigures(summary, mode, source);
    return [
      ...means.map(({ label, figure }) => ({
        name: `mean-maps-${label}-${mode}`,
        svg: nineMaps(figure),
        numbers: meanMapNumbers(figure),
      })),
      {
        name: `mass-shares-${mode}`,
        svg: biasFigure(shares, shareSource),
        numbers: heatmapNumbers(shares),
      },
    ];
  });
}

/** What the figures of one mode are drawn from. */
export interface ModeFigures {
  /** The nine mean maps of each scheme. */
  readonly means: readonly { readonly label: string; readonly figure: NineMapsData }[];
  /** Each scheme's shares, then the later schemes' less the first's. */
  readonly shares: readonly HeatmapData[];
  readonly shareSource: BiasMapSource;
}

/** Mean maps and shares of one mode as data. */
export function modeFigures(
  { conditions, comparisons }: PerceptionSummary,
  mode: PerceptionMode,
  source: FigureSource,
): ModeFigures {
  const own = conditions.filter((condition) => condition.mode === mode);
  const schemes = own.map(({ scheme, cells }) => ({
    label: scheme.label,
    maps: cells.map(({ cell, meanMap, n }): PlacedMap => ({ name: cell, map: meanMap, n })),
  }));
  const shares = shareSource(mode, source);
  const differences = comparisons.filter((comparison) => comparison.mode === mode);
  return {
    means: meanMapFigures(schemes, mode, source).map((figure, at) => ({
      label: schemes[at]!.label,
      figure,
    })),
    shares: [
      ...shareMaps(own.map(schemeShares), shares),
      ...differences.map((difference) => differenceMap(differenceCells(difference), shares)),
    ],
    shareSource: shares,
  };
}

/** The numbers of nine mean maps, a line for each tile. */
export function meanMapNumbers({ maps }: NineMapsData): FigureNumbers {
  return tileNumbers(knownMaps(maps));
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
