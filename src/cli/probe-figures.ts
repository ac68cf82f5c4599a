/** The figures of a probe: one map for each scheme, their differences, and all side by side. */
import { biasFigure, differenceMap, schemeMaps, type SchemeCells } from '../figures/bias-maps.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Comparison, ProbeSummary, SchemeSummary } from '../results/summary.ts';

/** SVG texts by file name. Schemes share one scale; what the run was stands under the titles. */
export function probeFigures(
  summary: ProbeSummary,
  { model, dataset, groups, seed }: RunManifest,
): Map<string, string> {
  const quantity = 'accuracy on positive items';
  const source = { quantity, model: model.name, dataset: dataset.name, groups, seed };
  const maps = schemeMaps(summary.schemes.map(schemeCells), source);
  const files = new Map<string, string>();
  for (const map of maps) files.set(`heatmap-${map.name}.svg`, biasFigure([map], source));
  for (const compared of summary.comparisons) {
    const { first, second } = compared;
    const difference = differenceMap(differenceCells(compared), source);
    files.set(`difference-${second}-${first}.svg`, biasFigure([difference], source));
    const pair = [first, second].map((label) => maps.find(({ name }) => name === label)!);
    files.set(`comparison-${second}-${first}.svg`, biasFigure([...pair, difference], source));
  }
  return files;
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
    })),
  };
}
