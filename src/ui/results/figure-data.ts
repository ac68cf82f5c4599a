/** From records to the numbers of the maps, and from those to figures. Pure functions. */
import { comparison } from '../../figures/comparison.ts';
import { differenceScale, sharedScale, type ColorScale } from '../../figures/color-scale.ts';
import { heatmap, type HeatmapCell, type HeatmapData } from '../../figures/heatmap.ts';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
import { cellStatistics, type CellStatistics } from '../../results/statistics/cell-statistics.ts';

export type Measure = 'accuracy' | 'balancedAccuracy';

export const MEASURES: Readonly<Record<Measure, string>> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
};

/** Two schemes on one scale and the second less the first. */
export interface MapTriple {
  readonly first: HeatmapData;
  readonly second: HeatmapData | undefined;
  readonly difference: HeatmapData | undefined;
}

/** Labels of the schemes in the order in which they first appear. */
export function schemeLabels(records: readonly ProbeRecord[]): string[] {
  return [...new Set(records.map(({ scheme }) => scheme))];
}

function toCell(statistics: CellStatistics, measure: Measure): HeatmapCell {
  const { cell: name, n, accuracy, balancedAccuracy } = statistics;
  if (measure === 'balancedAccuracy') {
    return { name, value: balancedAccuracy, n: n + statistics.negatives };
  }
  if (accuracy === null) return { name, value: null };
  return { name, value: accuracy.value, n, interval: [accuracy.low, accuracy.high] };
}

/** The maps of two schemes; cells without records are missing, never zero. */
export function mapTriple(
  records: readonly ProbeRecord[],
  measure: Measure,
  firstLabel: string,
  secondLabel: string | undefined,
  subtitle: string,
): MapTriple {
  const cellsOf = (label: string) =>
    cellStatistics(records.filter(({ scheme }) => scheme === label)).map((cell) =>
      toCell(cell, measure),
    );
  const firstCells = cellsOf(firstLabel);
  const secondCells = secondLabel === undefined ? undefined : cellsOf(secondLabel);
  const values = [...firstCells, ...(secondCells ?? [])].map(({ value }) => value);
  const scale = sharedScale(values);
  const quantity = MEASURES[measure];
  const map = (title: string, cells: readonly HeatmapCell[], by: ColorScale): HeatmapData => ({
    title,
    subtitle,
    cells,
    scale: by,
    quantity,
  });
  const first = map(firstLabel, firstCells, scale);
  if (secondLabel === undefined || secondCells === undefined) {
    return { first, second: undefined, difference: undefined };
  }
  const differences = CELLS.map((name, index): HeatmapCell => {
    const [before, after] = [firstCells[index]!.value, secondCells[index]!.value];
    return { name, value: before === null || after === null ? null : after - before };
  });
  return {
    first,
    second: map(secondLabel, secondCells, scale),
    difference: {
      ...map(
        `${secondLabel} − ${firstLabel}`,
        differences,
        differenceScale(differences.map(({ value }) => value)),
      ),
      quantity: `difference in ${quantity}`,
      signed: true,
    },
  };
}

export type FigureName = 'all' | 'first' | 'second' | 'difference';

/** One of the figures as an SVG document, on white paper. */
export function figureSvg(maps: MapTriple, figure: FigureName): string {
  if (figure !== 'all') return heatmap(maps[figure] ?? maps.first);
  const { first, second, difference } = maps;
  const shown = [first, second, difference].filter((map) => map !== undefined);
  return comparison({ title: `Bias map: ${first.quantity} by cell`, maps: shown });
}
