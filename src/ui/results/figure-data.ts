/** From records and their summary to the page's maps, and from those to figures. Pure functions. */
import {
  biasFigure,
  differenceMap,
  schemeMaps,
  type BiasMapSource,
} from '../../figures/bias-maps.ts';
import type { HeatmapCell, HeatmapData } from '../../figures/heatmap.ts';
import { heatmapNumbers } from '../../figures/heatmap-numbers.ts';
import type { RunManifest } from '../../results/manifest.ts';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
import { cellStatistics, type CellStatistics } from '../../results/statistics/cell-statistics.ts';
import type { Measure } from '../../results/resampled-schemes.ts';
import type { ProbeSummary } from '../../results/summary.ts';
import type { SavedFigure } from './figure-menu.tsx';

export const MEASURES: Readonly<Record<Measure, string>> = {
  accuracy: 'accuracy on positive items',
  balancedAccuracy: 'balanced accuracy',
};

/** Two schemes on one scale and the second less the first. */
export interface MapTriple {
  readonly first: HeatmapData;
  readonly second: HeatmapData | undefined;
  readonly difference: HeatmapData | undefined;
  readonly source: BiasMapSource;
}

export interface MapRequest {
  readonly measure: Measure;
  readonly first: string;
  readonly second: string | undefined;
  readonly manifest?: RunManifest | undefined;
  /** Ranges and intervals come from here; while there is none the maps do without. */
  readonly summary?: ProbeSummary | undefined;
}

/** Labels of the schemes in the order in which they first appear. */
export function schemeLabels(records: readonly ProbeRecord[]): string[] {
  return [...new Set(records.map(({ scheme }) => scheme))];
}

/** The maps of two schemes; cells without records are missing, never zero. */
export function mapTriple(records: readonly ProbeRecord[], request: MapRequest): MapTriple {
  const { measure, first, second, manifest, summary } = request;
  const source = {
    quantity: MEASURES[measure],
    model: manifest?.model.name,
    dataset: manifest?.dataset.name,
    groups: manifest?.groups,
    seed: manifest?.seed,
  };
  const labels = second === undefined ? [first] : [first, second];
  const schemes = labels.map((label) => ({
    label,
    cells: cellsOf(records, label, measure, summary),
    range: measureOf(summary, label, measure)?.range.value,
  }));
  const maps = schemeMaps(schemes, source);
  if (second === undefined) {
    return { first: maps[0]!, second: undefined, difference: undefined, source };
  }
  const comparison = wholeComparison(summary, first, second);
  const compared = comparison?.[measure] ?? undefined;
  const [before, after] = [schemes[0]!.cells, schemes[1]!.cells];
  const cells = CELLS.map((name, at): HeatmapCell => {
    const [from, to] = [before[at]!.value, after[at]!.value];
    if (from === null || to === null) return { name, value: null };
    const estimate = compared?.cells[at];
    return {
      name,
      value: to - from,
      n: comparison?.groups,
      ...(estimate ? { interval: [estimate.low, estimate.high] as const } : {}),
      ...(compared ? { marked: compared.tests[at]!.pHolm < 0.05 } : {}),
    };
  });
  const difference = { first, second, cells, rangeChange: compared?.range.value };
  return {
    first: maps[0]!,
    second: maps[1],
    difference: differenceMap(difference, source),
    source,
  };
}

/** A scheme's cells from all its records; intervals of balanced accuracy need complete groups. */
function cellsOf(
  records: readonly ProbeRecord[],
  label: string,
  measure: Measure,
  summary: ProbeSummary | undefined,
): HeatmapCell[] {
  const cells = cellStatistics(records.filter(({ scheme }) => scheme === label));
  if (measure === 'accuracy') return cells.map(accuracyCell);
  const estimates = measureOf(summary, label, measure)?.cells;
  return cells.map(({ cell: name, balancedAccuracy: value, n, negatives }, at) => {
    const estimate = estimates?.[at];
    return {
      name,
      value,
      n: n + negatives,
      ...(estimate ? { interval: [estimate.low, estimate.high] as const } : {}),
    };
  });
}

function accuracyCell({ cell: name, n, accuracy }: CellStatistics): HeatmapCell {
  if (accuracy === null) return { name, value: null };
  return { name, value: accuracy.value, n, interval: [accuracy.low, accuracy.high] };
}

/** A scheme's measure over all cells, where every group is complete: only then is it the map's. */
function measureOf(summary: ProbeSummary | undefined, label: string, measure: Measure) {
  if (summary === undefined || summary.incompleteGroups > 0) return undefined;
  const across = summary.schemes.find(({ scheme }) => scheme.label === label)?.across;
  return across?.[measure] ?? undefined;
}

function wholeComparison(summary: ProbeSummary | undefined, first: string, second: string) {
  if (summary === undefined || summary.incompleteGroups > 0) return undefined;
  return summary.comparisons.find((one) => one.first === first && one.second === second);
}

/** All maps side by side, then each alone. */
export function savedFigures({ first, second, difference, source }: MapTriple): SavedFigure[] {
  const maps = [first, second, difference].filter((map) => map !== undefined);
  return savedMaps(maps, source, 'all maps');
}

/** A figure of all maps, by the label given, and one of each alone. */
export function savedMaps(
  maps: readonly HeatmapData[],
  source: BiasMapSource,
  label: string,
): SavedFigure[] {
  const figure = (label: string, shown: readonly HeatmapData[]): SavedFigure => ({
    label,
    svg: () => biasFigure(shown, source),
    numbers: () => heatmapNumbers(shown),
  });
  return [figure(label, maps), ...maps.map((map) => figure(map.name ?? map.title, [map]))];
}
