/** The figures of a probe: one map for each scheme, their differences, and all side by side. */
import { comparison } from '../figures/comparison.ts';
import { differenceScale, sharedScale } from '../figures/color-scale.ts';
import { formatNumber, heatmap, type HeatmapData } from '../figures/heatmap.ts';
import type { Comparison, ProbeSummary, SchemeSummary } from '../results/summary.ts';

/** SVG texts by file name. Schemes share one scale. */
export function probeFigures(summary: ProbeSummary, model: string): Map<string, string> {
  const values = summary.schemes.flatMap(({ cells }) =>
    cells.map((cell) => cell.accuracy?.value ?? null),
  );
  const scale = sharedScale(values);
  const files = new Map<string, string>();
  const maps = new Map<string, HeatmapData>();
  for (const scheme of summary.schemes) {
    const map = schemeMap(scheme, scale, model);
    maps.set(scheme.scheme.label, map);
    files.set(`heatmap-${scheme.scheme.label}.svg`, heatmap(map));
  }
  for (const difference of summary.comparisons) {
    const map = differenceMap(difference);
    const { first, second } = difference;
    files.set(`difference-${second}-${first}.svg`, heatmap(map));
    const title = `${model}: ${first}, ${second} and their difference`;
    const triple = [maps.get(first)!, maps.get(second)!, map];
    files.set(`comparison-${second}-${first}.svg`, comparison({ title, maps: triple }));
  }
  return files;
}

function schemeMap(
  { scheme, cells, across }: SchemeSummary,
  scale: HeatmapData['scale'],
  model: string,
): HeatmapData {
  const spread = across ? ` · max − min ${across.accuracy.range.value.toFixed(2)}` : '';
  return {
    title: `${scheme.label} positions`,
    subtitle: `${model}${spread}`,
    scale,
    quantity: 'accuracy on positive items [95 % interval]',
    cells: cells.map((cell) => ({
      name: cell.cell,
      value: cell.accuracy?.value ?? null,
      n: cell.n,
      ...(cell.accuracy ? { interval: [cell.accuracy.low, cell.accuracy.high] as const } : {}),
    })),
  };
}

function differenceMap({ first, second, groups, accuracy }: Comparison): HeatmapData {
  return {
    title: `${second} − ${first}`,
    subtitle: `change of max − min ${formatNumber(accuracy.range.value, true)} · ${groups} groups`,
    scale: differenceScale(accuracy.cells.map((cell) => cell.value)),
    quantity: 'difference in accuracy [95 % interval]',
    signed: true,
    cells: accuracy.cells.map((cell, index) => ({
      name: accuracy.tests[index]!.cell,
      value: cell.value,
      n: groups,
      interval: [cell.low, cell.high] as const,
    })),
  };
}
