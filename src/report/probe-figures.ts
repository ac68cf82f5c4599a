/** The figures of a probe: one map for each scheme, their differences, and all side by side. */
import { biasFigure, differenceMap, schemeMaps, type SchemeCells } from '../figures/bias-maps.ts';
import { heatmapNumbers } from '../figures/heatmap-numbers.ts';
import type { HeatmapData } from '../figures/heatmap.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Comparison, ProbeSummary, SchemeSummary } from '../results/summary.ts';
import { curveFigure } from './curve-figure.ts';
import type { NamedFigure } from './named-figure.ts';

/** Schemes share one scale; what the run was stands under the titles. */
export function probeFigures(summary: ProbeSummary, manifest: RunManifest): NamedFigure[] {
  const { model, dataset, groups, seed } = manifest;
  const quantity = 'accuracy on positive items';
  const source = { quantity, model: model.name, dataset: dataset.name, groups, seed };
  const maps = schemeMaps(summary.schemes.map(schemeCells), source);
  const figure = (name: string, shown: readonly HeatmapData[]): NamedFigure => ({
    name,
    svg: biasFigure(shown, source),
    numbers: heatmapNumbers(shown),
  });
  return [
    ...maps.map((map) => figure(`heatmap-${map.name}`, [map])),
    ...summary.comparisons.flatMap((compared) => {
      const { first, second } = compared;
      const difference = differenceMap(differenceCells(compared), source);
      const pair = [first, second].map((label) => maps.find(({ name }) => name === label)!);
      return [
        figure(`difference-${second}-${first}`, [difference]),
        figure(`comparison-${second}-${first}`, [...pair, difference]),
      ];
    }),
    ...curveFigure(summary, manifest),
  ];
}

function schemeCells({ scheme, cells, across }: SchemeSummary): SchemeCells {
  return {
    label: scheme.label,
    range: across?.accuracy.range.value,
    cells: cells.map(({ cell, n, accuracy }) => ({
      name: cell,
      value: accuracy?.value ?? null,
      n,
      ...(accuracy ? { interval: [accuracy.low, accuracy.high] as const } : {}),
    })),
  };
}

function differenceCells({ first, second, groups, accuracy }: Comparison) {
  return {
    first,
    second,
    rangeChange: accuracy.range.value,
    cells: accuracy.cells.map(({ value, low, high }, index) => ({
      name: accuracy.tests[index]!.cell,
      value,
      n: groups,
      interval: [low, high] as const,
      marked: accuracy.tests[index]!.pHolm < 0.05,
    })),
  };
}
