/** What differs between a report's probes: their manifests first, then their numbers. */
import { compareConditions, conditionsOf } from '../results/compare-runs.ts';
import { manifestDifferences } from '../results/manifest-differences.ts';
import type { StoredRun } from '../results/run-layout.ts';
import { verdict } from '../results/verdict.ts';
import { comparisonFigures, comparisonMaps, comparisonTable } from './comparison.ts';
import { columns, type ReportTable } from './report-table.ts';
import type { SectionContent } from './section-content.ts';

/** Two probes of a report, by their places in it from 0. */
export interface ComparedRuns {
  readonly first: number;
  readonly second: number;
  /** What differs between their manifests; no row where nothing does. */
  readonly differences: ReportTable;
  readonly content: SectionContent;
}

type ProbeRun = Extract<StoredRun, { experiment: 'probe' }>;

/** Every later probe against the first, scheme by scheme where both have it. */
export function comparedRuns(runs: readonly StoredRun[]): ComparedRuns[] {
  const [first, ...others] = runs.flatMap((run, at) =>
    run.experiment === 'probe' && run.records.length > 0 ? [{ run, at }] : [],
  );
  if (first === undefined) return [];
  return others.map(({ run, at }) => ({
    first: first.at,
    second: at,
    differences: differencesTable(first.run, run, [first.at + 1, at + 1]),
    content: compareProbes(first.run, run),
  }));
}

function compareProbes(a: ProbeRun, b: ProbeRun): SectionContent {
  const conditions = conditionsOf(b);
  const compared = conditionsOf(a).flatMap((before) => {
    const after = conditions.find(({ scheme }) => scheme.label === before.scheme.label);
    if (after === undefined) return [];
    const { label } = before.scheme;
    const comparison = compareConditions(before, after);
    const maps = comparisonMaps(comparison, [before, after], 'accuracy');
    return [
      {
        label,
        comparison,
        figures: comparisonFigures(maps, label),
        table: comparisonTable(comparison, 'accuracy', label),
      },
    ];
  });
  const figures = compared.flatMap((one) => one.figures);
  return {
    findings: compared.flatMap(({ label, comparison: { pairing, flipped, unpaired, summary } }) => [
      pairing === 'paired'
        ? `Under ${label} positions ${flipped.length} items are right in one run alone; groups without a partner: ${unpaired}.`
        : `Under ${label} positions hardly any group was asked the same, so nothing is paired.`,
      ...verdict(summary).map(({ text }) => text),
    ]),
    skipped: compared.length > 0 ? [] : ['The two runs have no scheme in common.'],
    figures,
    shown: figures.map(({ name }) => name).filter((name) => name.startsWith('comparison-')),
    tables: compared.map(({ table }) => table),
  };
}

function differencesTable(
  a: ProbeRun,
  b: ProbeRun,
  [first, second]: [number, number],
): ReportTable {
  return {
    name: 'differences',
    caption: 'What differs between the two manifests',
    columns: columns({ what: 'text', [`run ${first}`]: 'text', [`run ${second}`]: 'text' }),
    rows: manifestDifferences(a.manifest, b.manifest).map(({ what, a: before, b: after }) => [
      what,
      before,
      after,
    ]),
  };
}
