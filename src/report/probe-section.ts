/** What a probe's records say: tables and figures of every scheme and of what changes between them. */
import type { RunManifest } from '../results/manifest.ts';
import type { ProbeRecord } from '../results/records.ts';
import {
  summarize,
  type GroupSummary,
  type MeasureSummary,
  type ProbeSummary,
} from '../results/summary.ts';
import { verdict } from '../results/verdict.ts';
import { cellsWith } from '../results/verdict-words.ts';
import { curveFigure } from './curve-figure.ts';
import { probeFigures } from './probe-figures.ts';
import { columns, type ReportTable } from './report-table.ts';
import type { SectionContent } from './section-content.ts';

/** File name of the measures along the balance strength. */
const CURVE = 'strength-curve';

export function probeSection(
  records: readonly ProbeRecord[],
  manifest: RunManifest,
): SectionContent {
  const summary = summarize(records);
  const figures = [...probeFigures(summary, manifest), ...curveFigure(summary, manifest, CURVE)];
  const compared = summary.comparisons.length > 0;
  return {
    findings: verdict(summary).map(({ text }) => text),
    skipped: skipped(summary, manifest),
    figures,
    shown: figures
      .map(({ name }) => name)
      .filter((name) => name === CURVE || name.startsWith(compared ? 'comparison-' : 'heatmap-')),
    tables: [
      cellsTable(summary),
      acrossTable(summary),
      consistencyTable(summary),
      ...(compared ? [changesTable(summary), testsTable(summary)] : []),
    ].filter(({ rows }) => rows.length > 0),
  };
}

function cellsTable({ schemes }: ProbeSummary): ReportTable {
  return {
    name: 'cells',
    caption: 'Each cell by itself; accuracy and Yes-rate with Wilson 95 % intervals',
    columns: columns({
      positions: 'text',
      cell: 'text',
      positives: 'count',
      accuracy: 'value',
      negatives: 'count',
      'Yes-rate on negatives': 'value',
      'balanced accuracy': 'value',
      'd′': 'value',
      'mean margin': 'signed',
      'unparsed share': 'value',
    }),
    rows: schemes.flatMap(({ scheme, cells }) =>
      cells.map((cell) => [
        scheme.label,
        words(cell.cell),
        cell.n,
        cell.accuracy,
        cell.negatives,
        cell.yesRateOnNegatives,
        cell.balancedAccuracy,
        cell.dPrime,
        cell.meanMargin,
        cell.unparsedShare,
      ]),
    ),
  };
}

/** Every measure of every scheme that has complete groups. */
function measures({ schemes }: ProbeSummary) {
  return schemes.flatMap(({ scheme, across }) =>
    across === null
      ? []
      : namedMeasures(across).map(([measure, of]) => ({ scheme, across, measure, of })),
  );
}

function namedMeasures({ accuracy, balancedAccuracy }: GroupSummary): [string, MeasureSummary][] {
  return [
    ['accuracy', accuracy],
    ...(balancedAccuracy
      ? [['balanced accuracy', balancedAccuracy] as [string, MeasureSummary]]
      : []),
  ];
}

function acrossTable(summary: ProbeSummary): ReportTable {
  const { resamples, permutations, seed } = summary.settings;
  return {
    name: 'across-cells',
    caption: `Across the nine cells; 95 % intervals from ${resamples} resamples of groups (seed ${seed}), the range by chance and its p from ${permutations} permutations of positions inside groups`,
    columns: columns({
      positions: 'text',
      measure: 'text',
      groups: 'count',
      mean: 'value',
      SD: 'value',
      'range (max − min)': 'value',
      'range by chance': 'value',
      p: 'p',
      'best cell': 'text',
      'worst cell': 'text',
    }),
    rows: measures(summary).map(({ scheme, across, measure, of }) => [
      scheme.label,
      measure,
      across.groups,
      of.mean,
      of.sd,
      of.range,
      of.rangeNull.nullMean,
      of.rangeNull.p,
      cellNames(of, of.best.value),
      cellNames(of, of.worst.value),
    ]),
  };
}

/** One or two cells by name, more by their number. */
function cellNames(of: MeasureSummary, value: number): string {
  const cells = cellsWith(of, value);
  if (cells.length === of.cells.length) return 'all alike';
  return cells.length > 2 ? `${cells.length} cells alike` : cells.map(words).join(', ');
}

function consistencyTable({ schemes }: ProbeSummary): ReportTable {
  return {
    name: 'consistency',
    caption:
      "Whether a group's answer depends on the cell: shares of groups with one answer in all nine cells, and Cochran's Q",
    columns: columns({
      positions: 'text',
      items: 'text',
      'same answer': 'value',
      'all right': 'value',
      'all wrong': 'value',
      'cells off the majority': 'value',
      'Cochran’s Q': 'one',
      df: 'count',
      p: 'p',
    }),
    rows: schemes.flatMap(({ scheme, across }) =>
      (['positives', 'negatives'] as const).flatMap((items) => {
        const found = across?.[items];
        if (!found) return [];
        const { same, allRight, allWrong, meanDeviating } = found.consistency;
        const { q, degreesOfFreedom, p } = found.cochran;
        return [
          [scheme.label, items, same, allRight, allWrong, meanDeviating, q, degreesOfFreedom, p],
        ];
      }),
    ),
  };
}

/** Both measures of every comparison. */
function differences({ comparisons }: ProbeSummary) {
  return comparisons.flatMap(({ first, second, accuracy, balancedAccuracy }) => {
    const pair = `${second} − ${first}`;
    return [
      { pair, measure: 'accuracy', of: accuracy },
      ...(balancedAccuracy ? [{ pair, measure: 'balanced accuracy', of: balancedAccuracy }] : []),
    ];
  });
}

function changesTable(summary: ProbeSummary): ReportTable {
  return {
    name: 'changes',
    caption: 'What changes between schemes on the same groups, with 95 % intervals',
    columns: columns({
      difference: 'text',
      measure: 'text',
      mean: 'signed',
      SD: 'signed',
      range: 'signed',
    }),
    rows: differences(summary).map(({ pair, measure, of }) => [
      pair,
      measure,
      of.mean,
      of.sd,
      of.range,
    ]),
  };
}

function testsTable(summary: ProbeSummary): ReportTable {
  return {
    name: 'changes-by-cell',
    caption: 'What changes in each cell; exact McNemar, corrected by Holm over the nine cells',
    columns: columns({
      difference: 'text',
      measure: 'text',
      cell: 'text',
      change: 'signed',
      'right before alone': 'count',
      'right after alone': 'count',
      p: 'p',
      'p (Holm)': 'p',
    }),
    rows: differences(summary).flatMap(({ pair, measure, of }) =>
      of.tests.map(({ cell, onlyFirst, onlySecond, p, pHolm }, at) => [
        pair,
        measure,
        words(cell),
        of.cells[at]!,
        onlyFirst,
        onlySecond,
        p,
        pHolm,
      ]),
    ),
  };
}

function skipped(
  { schemes, incompleteGroups }: ProbeSummary,
  { whiteCells }: RunManifest,
): string[] {
  const unparsed = schemes.flatMap(({ scheme, cells, records }) => {
    const items = cells.reduce(
      (sum, { n, negatives, unparsedShare }) => sum + (n + negatives) * (unparsedShare ?? 0),
      0,
    );
    if (items === 0) return [];
    return [
      `Under ${scheme.label} positions ${Math.round(items)} of ${records} outputs said neither Yes nor No; they count as wrong.`,
    ];
  });
  return [
    ...(incompleteGroups > 0
      ? [`Groups with a missing cell, left out of everything across cells: ${incompleteGroups}.`]
      : []),
    ...(schemes.some(({ across }) => across === null)
      ? ['Statistics across cells need at least two complete groups and are left out.']
      : []),
    ...(whiteCells > 0
      ? [`The data set is small: ${whiteCells} of 9 cells stay white in every picture.`]
      : []),
    ...unparsed,
  ];
}

function words(cell: string): string {
  return cell.replaceAll('_', ' ');
}
