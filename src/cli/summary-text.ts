/** A probe's summary as text of at most 80 columns, in ASCII, which every terminal shows. */
import type {
  Comparison,
  GroupSummary,
  MeasureComparison,
  MeasureSummary,
  ProbeSummary,
  SchemeSummary,
} from '../results/summary.ts';
import type { Estimate } from '../results/statistics/wilson.ts';
import { COLUMN_NAMES, grid, interval, number, pValue, ROW_NAMES } from './text-grid.ts';

/** The 3x3 tables and statistics of every scheme, then the comparisons. Ends with a line end. */
export function summaryText(summary: ProbeSummary): string {
  const { resamples, permutations, seed } = summary.settings;
  const lines = [
    ...summary.schemes.flatMap((scheme) => [...schemeLines(scheme), '']),
    ...summary.comparisons.flatMap((comparison) => [...comparisonLines(comparison), '']),
    `Brackets are 95 % intervals: per-cell accuracy Wilson, the rest ${resamples} resamples`,
    `of groups (seed ${seed}); p of the range from ${permutations} permutations inside groups.`,
  ];
  if (summary.incompleteGroups > 0) {
    lines.push(`Left out across cells: ${summary.incompleteGroups} incomplete groups.`);
  }
  return `${lines.join('\n')}\n`;
}

function schemeLines({ scheme, cells, across }: SchemeSummary): string[] {
  const items = cells.reduce((sum, cell) => sum + cell.n + cell.negatives, 0);
  const title = `${scheme.label} positions (strength ${scheme.strength}), ${items} items`;
  const accuracy = cells.map((cell) => (cell.accuracy ? interval(cell.accuracy) : 'no data'));
  const yesRates = cells.map((cell) =>
    cell.yesRateOnNegatives ? number(cell.yesRateOnNegatives.value) : 'no data',
  );
  const details = cells.map((cell, index) => {
    const sensitivity = cell.dPrime === null ? '' : `d' ${cell.dPrime.toFixed(2)}`;
    const margin = cell.meanMargin === null ? '' : `margin ${cell.meanMargin.toFixed(2)}`;
    return accuracy[index] === 'no data' ? '' : `${sensitivity}, ${margin}`;
  });
  const lines = [
    title,
    '='.repeat(title.length),
    'Accuracy on positives',
    ...grid(accuracy),
    'Yes-rate on negatives',
    ...grid(yesRates),
    "Sensitivity d' and mean margin (Yes less No logit) on positives",
    ...grid(details),
  ];
  const unparsed = cells.reduce((sum, cell) => sum + (cell.unparsedShare ?? 0), 0) / cells.length;
  lines.push(`Unparsed outputs: ${(unparsed * 100).toFixed(1)} %`);
  if (across) lines.push(...acrossLines(across));
  else lines.push('Statistics across cells need at least two complete groups.');
  return lines;
}

function acrossLines(across: GroupSummary): string[] {
  const { balancedAccuracy, positives, negatives, sensitivity, margins } = across;
  const lines = [`Across cells, ${across.groups} groups`];
  lines.push(...measureLines('accuracy', across.accuracy));
  if (balancedAccuracy) {
    lines.push(
      'Balanced accuracy per cell',
      ...grid(balancedAccuracy.cells.map((cell) => interval(cell))),
      ...measureLines('balanced accuracy', balancedAccuracy),
    );
  }
  if (sensitivity) lines.push(`  sensitivity d' over all items: ${interval(sensitivity)}`);
  lines.push(
    `  mean margin on positives: range over cells ${interval(margins.range)},`,
    `    ${pValue(margins.rangeNull.p)} (by chance ${number(margins.rangeNull.nullMean)}); ${margins.resamples} resamples, ${margins.rangeNull.permutations} permutations`,
  );
  for (const [name, items] of [
    ['positives', positives],
    ['negatives', negatives],
  ] as const) {
    if (!items) continue;
    const { same, allRight, allWrong, meanDeviating } = items.consistency;
    lines.push(
      `  consistency on ${name}: ${number(same)} (all right ${number(allRight)}, all wrong ${number(allWrong)}),`,
      `    ${meanDeviating.toFixed(2)} of 9 cells differ from the group's majority`,
      `    Cochran's Q = ${items.cochran.q.toFixed(1)}, df = ${items.cochran.degreesOfFreedom}, ${pValue(items.cochran.p)}`,
    );
  }
  return lines;
}

function measureLines(name: string, measure: MeasureSummary): string[] {
  const { rangeNull, best, worst, rows, columns } = measure;
  const named = (names: readonly string[], estimates: readonly Estimate[]) =>
    names.map((word, index) => `${word} ${number(estimates[index]!.value)}`).join(', ');
  return [
    `  ${name}: mean ${interval(measure.mean)}, SD ${interval(measure.sd)}`,
    `    range (max - min) ${interval(measure.range)}, ${pValue(rangeNull.p)} (by chance ${number(rangeNull.nullMean)})`,
    ...(best.value === worst.value
      ? [`    all nine cells alike, ${interval(best)}`]
      : [`    best ${best.cell} ${interval(best)}`, `    worst ${worst.cell} ${interval(worst)}`]),
    `    rows: ${named(ROW_NAMES, rows)}`,
    `    columns: ${named(COLUMN_NAMES, columns)}`,
    `    center ${number(measure.center.value)}, edges ${number(measure.edges.value)}, corners ${number(measure.corners.value)}`,
  ];
}

function comparisonLines(comparison: Comparison): string[] {
  const title = `${comparison.second} less ${comparison.first}, ${comparison.groups} groups`;
  const lines = [title, '='.repeat(title.length)];
  lines.push(...differenceLines('accuracy', comparison.accuracy));
  if (comparison.balancedAccuracy) {
    lines.push(...differenceLines('balanced accuracy', comparison.balancedAccuracy));
  }
  if (comparison.sensitivity)
    lines.push(`Difference in sensitivity d': ${interval(comparison.sensitivity, true)}`);
  return lines;
}

function differenceLines(name: string, difference: MeasureComparison): string[] {
  const tests = difference.tests.map((test, cell) => {
    return `${number(difference.cells[cell]!.value, true)} ${pValue(test.pHolm)}`;
  });
  return [
    `Difference in ${name} per cell (exact McNemar, Holm over nine)`,
    ...grid(tests),
    `  mean ${interval(difference.mean, true)}, SD ${interval(difference.sd, true)}`,
    `  range (max - min) ${interval(difference.range, true)}`,
    `  schemes exchanged inside groups: mean ${pValue(difference.swaps.pMean)}, range ${pValue(difference.swaps.pRange)}`,
  ];
}
