/** Everything the records of a probe say, as one JSON that tables, figures and the page read. */
import { CELLS, type Cell, type ProbeRecord, type Scheme } from './records.ts';
import {
  pointsOf,
  ResampledSchemes,
  schemeBits,
  scoresOf,
  type Measure,
} from './resampled-schemes.ts';
import { compareMeasure, type Comparison } from './scheme-comparison.ts';
import { acrossCells, type AcrossCells } from './statistics/across-cells.ts';
import { cellStatistics, type CellStatistics } from './statistics/cell-statistics.ts';
import { cochranQ, type CochranQ } from './statistics/cochran.ts';
import { consistency, type Consistency } from './statistics/consistency.ts';
import { groupTables, NO, rightAnswers, YES } from './statistics/group-table.ts';
import { summarizeMargins, type MarginSummary } from './statistics/margin-summary.ts';
import { permuteRange, type RangeNull } from './statistics/permutation.ts';
import type { Estimate } from './statistics/wilson.ts';

export type { CellTest, Comparison, MeasureComparison } from './scheme-comparison.ts';

export const SUMMARY_VERSION = 1;

export interface NamedCell extends Estimate {
  readonly cell: Cell;
}

/** One measure over the nine cells. */
export interface MeasureSummary extends AcrossCells {
  /**
   * The cells that are best and worst in this sample, each with its own interval (not corrected for
   * having been picked).
   */
  readonly best: NamedCell;
  readonly worst: NamedCell;
  readonly rangeNull: RangeNull;
}

/** Consistency and Cochran's Q over one kind of items. */
export interface ItemSummary {
  readonly consistency: Consistency;
  readonly cochran: CochranQ;
}

/** What needs complete groups; null in a scheme's summary while there are fewer than two. */
export interface GroupSummary {
  /** Complete groups; everything below is over them. */
  readonly groups: number;
  /** The published probe's accuracy: positive items answered Yes. */
  readonly accuracy: MeasureSummary;
  /** Mean of the accuracies on positives and negatives; null without negatives. */
  readonly balancedAccuracy: MeasureSummary | null;
  readonly positives: ItemSummary;
  readonly negatives: ItemSummary | null;
  /** Sensitivity d′ over the items of all nine cells; null without negatives. */
  readonly sensitivity: Estimate | null;
  /** Margins of the positive items, which go on differing where accuracy is saturated. */
  readonly margins: MarginSummary;
}

export interface SchemeSummary {
  readonly scheme: Scheme;
  readonly records: number;
  readonly cells: readonly CellStatistics[];
  readonly across: GroupSummary | null;
}

export interface ProbeSummary {
  readonly version: number;
  readonly settings: SummaryOptions;
  /** Groups left out of everything across cells: some cell is missing. */
  readonly incompleteGroups: number;
  readonly schemes: readonly SchemeSummary[];
  /** Each later scheme against the first. */
  readonly comparisons: readonly Comparison[];
}

export interface SummaryOptions {
  readonly resamples: number;
  readonly permutations: number;
  readonly seed: number;
}

const DEFAULTS: SummaryOptions = { resamples: 10_000, permutations: 10_000, seed: 20_240_901 };

/**
 * Summarises a probe. Incomplete runs are fine: cells tell what they have, and what needs complete
 * groups leaves the others out. The same records, options and seed give the same summary.
 */
export function summarize(
  records: readonly ProbeRecord[],
  options: Partial<SummaryOptions> = {},
): ProbeSummary {
  const settings = { ...DEFAULTS, ...options };
  const schemes = schemesOf(records);
  const bySchemes = schemes.map((scheme) =>
    records.filter((record) => record.scheme === scheme.label),
  );
  const { tables, incomplete } = groupTables(bySchemes);
  const groups = tables[0]?.groups.length ?? 0;
  const bits = tables.map(schemeBits);
  const resampled = groups >= 2 ? new ResampledSchemes(bits, groups, settings) : null;
  return {
    version: SUMMARY_VERSION,
    settings,
    incompleteGroups: incomplete,
    schemes: schemes.map((scheme, index) => ({
      scheme,
      records: bySchemes[index]!.length,
      cells: cellStatistics(bySchemes[index]!),
      across: resampled && {
        groups,
        accuracy: summarizeMeasure(resampled, index, 'accuracy', settings),
        balancedAccuracy: tables[index]!.negative
          ? summarizeMeasure(resampled, index, 'balancedAccuracy', settings)
          : null,
        positives: summarizeItems(tables[index]!.positive, YES),
        negatives: tables[index]!.negative && summarizeItems(tables[index]!.negative, NO),
        sensitivity: resampled.sensitivity(index),
        margins: summarizeMargins(tables[index]!.margins, settings),
      },
    })),
    comparisons: resampled
      ? schemes.slice(1).map((scheme, index) => ({
          first: schemes[0]!.label,
          second: scheme.label,
          groups,
          accuracy: compareMeasure(resampled, index + 1, 'accuracy', settings),
          balancedAccuracy: tables[0]!.negative
            ? compareMeasure(resampled, index + 1, 'balancedAccuracy', settings)
            : null,
          sensitivity: resampled.sensitivityChange(0, index + 1),
        }))
      : [],
  };
}

/** The schemes in the order in which they first appear. */
function schemesOf(records: readonly ProbeRecord[]): Scheme[] {
  const schemes = new Map<string, Scheme>();
  for (const { scheme, strength } of records) {
    if (!schemes.has(scheme)) schemes.set(scheme, { label: scheme, strength });
  }
  return [...schemes.values()];
}

function summarizeMeasure(
  resampled: ResampledSchemes,
  scheme: number,
  measure: Measure,
  { permutations, seed }: SummaryOptions,
): MeasureSummary {
  const described = resampled.describe(scheme, measure);
  const across = acrossCells(described.observed, described.resampled);
  const named = across.cells.map((estimate, cell) => ({ cell: CELLS[cell]!, ...estimate }));
  const byValue = [...named].sort((a, b) => a.value - b.value);
  const scores = scoresOf(resampled.bits[scheme]!, measure);
  return {
    ...across,
    best: byValue[byValue.length - 1]!,
    worst: byValue[0]!,
    rangeNull: permuteRange(scores, pointsOf(measure), { permutations, seed }),
  };
}

function summarizeItems(answers: Uint8Array, right: typeof YES | typeof NO): ItemSummary {
  return {
    consistency: consistency(answers, right),
    cochran: cochranQ(rightAnswers(answers, right)),
  };
}
