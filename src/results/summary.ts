/** Everything the records of a probe say, as one JSON that tables, figures and the page read. */
import { CELLS, type Cell, type ProbeRecord, type Scheme } from './records.ts';
import {
  ACROSS_LENGTH,
  acrossCells,
  describeCells,
  type AcrossCells,
} from './statistics/across-cells.ts';
import { bootstrapMeans } from './statistics/bootstrap.ts';
import { cellStatistics, type CellStatistics } from './statistics/cell-statistics.ts';
import { cochranQ, type CochranQ } from './statistics/cochran.ts';
import { consistency, type Consistency } from './statistics/consistency.ts';
import { CELL_COUNT, groupTables, NO, rightAnswers, YES } from './statistics/group-table.ts';
import { exactMcNemar, holm } from './statistics/mcnemar.ts';
import { permuteRange, type RangeNull } from './statistics/permutation.ts';
import type { Estimate } from './statistics/wilson.ts';

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
}

export interface SchemeSummary {
  readonly scheme: Scheme;
  readonly records: number;
  readonly cells: readonly CellStatistics[];
  readonly across: GroupSummary | null;
}

export interface CellTest {
  readonly cell: Cell;
  /** Items that only the first scheme, or only the second, got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Exact McNemar, and the same after Holm's correction over the nine cells. */
  readonly p: number;
  readonly pHolm: number;
}

/** Second scheme less first, on the same groups. */
export interface MeasureComparison extends AcrossCells {
  readonly tests: readonly CellTest[];
}

export interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly groups: number;
  readonly accuracy: MeasureComparison;
  /** Its tests pool the positive and negative items of a cell; null without negatives. */
  readonly balancedAccuracy: MeasureComparison | null;
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

/** Bits of one scheme. `[groups, 9]` each. */
interface SchemeBits {
  readonly positive: Uint8Array;
  readonly negative: Uint8Array | null;
}

type Measure = 'accuracy' | 'balancedAccuracy';

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
  const bits: SchemeBits[] = tables.map(({ positive, negative }) => ({
    positive: rightAnswers(positive, YES),
    negative: negative && rightAnswers(negative, NO),
  }));
  const resampled = groups >= 2 ? new Resampled(bits, groups, settings) : null;
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
      },
    })),
    comparisons: resampled
      ? schemes.slice(1).map((scheme, index) => ({
          first: schemes[0]!.label,
          second: scheme.label,
          groups,
          accuracy: compareMeasure(resampled, index + 1, 'accuracy'),
          balancedAccuracy: tables[0]!.negative
            ? compareMeasure(resampled, index + 1, 'balancedAccuracy')
            : null,
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

/** One bootstrap for all schemes, so that differences are paired by group. */
class Resampled {
  readonly observed: Float64Array;
  private readonly means: Float64Array;
  private readonly width: number;

  constructor(
    readonly bits: readonly SchemeBits[],
    readonly groups: number,
    { resamples, seed }: SummaryOptions,
  ) {
    const planes = bits.flatMap(({ positive, negative }) => [positive, negative ?? positive]);
    this.width = planes.length * CELL_COUNT;
    const rows = new Uint8Array(groups * this.width);
    this.observed = new Float64Array(this.width);
    for (let group = 0; group < groups; group++) {
      planes.forEach((plane, index) => {
        const row = plane.subarray(group * CELL_COUNT, (group + 1) * CELL_COUNT);
        rows.set(row, group * this.width + index * CELL_COUNT);
        row.forEach((bit, cell) => (this.observed[index * CELL_COUNT + cell]! += bit));
      });
    }
    this.observed.forEach((count, column) => (this.observed[column] = count / groups));
    this.means = bootstrapMeans(rows, this.width, { resamples, seed });
  }

  /** The described vector of a scheme's measure, observed and resampled. */
  describe(scheme: number, measure: Measure): { observed: Float64Array; resampled: Float64Array } {
    const resamples = this.means.length / this.width;
    const observed = new Float64Array(ACROSS_LENGTH);
    const cells = new Float64Array(CELL_COUNT);
    this.readCells(this.observed, 0, scheme, measure, cells);
    describeCells(cells, observed);
    const resampled = new Float64Array(resamples * ACROSS_LENGTH);
    for (let row = 0; row < resamples; row++) {
      this.readCells(this.means, row * this.width, scheme, measure, cells);
      const at = row * ACROSS_LENGTH;
      describeCells(cells, resampled.subarray(at, at + ACROSS_LENGTH));
    }
    return { observed, resampled };
  }

  private readCells(
    means: Float64Array,
    row: number,
    scheme: number,
    measure: Measure,
    into: Float64Array,
  ): void {
    const positive = row + scheme * 2 * CELL_COUNT;
    const second = measure === 'accuracy' ? positive : positive + CELL_COUNT;
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      into[cell] = (means[positive + cell]! + means[second + cell]!) / 2;
    }
  }
}

/** Points that each cell of each group got: right positives, and for balanced accuracy negatives. */
function scoresOf(bits: SchemeBits, measure: Measure): Uint8Array {
  const { positive, negative } = bits;
  if (measure === 'accuracy' || !negative) return positive;
  return positive.map((bit, at) => bit + negative[at]!);
}

function summarizeMeasure(
  resampled: Resampled,
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
    rangeNull: permuteRange(scores, measure === 'accuracy' ? 1 : 2, { permutations, seed }),
  };
}

function summarizeItems(answers: Uint8Array, right: typeof YES | typeof NO): ItemSummary {
  return {
    consistency: consistency(answers, right),
    cochran: cochranQ(rightAnswers(answers, right)),
  };
}

function compareMeasure(resampled: Resampled, second: number, measure: Measure): MeasureComparison {
  const before = resampled.describe(0, measure);
  const after = resampled.describe(second, measure);
  const observed = after.observed.map((value, at) => value - before.observed[at]!);
  const differences = after.resampled.map((value, at) => value - before.resampled[at]!);
  return {
    ...acrossCells(observed, differences),
    tests: testCells(resampled.bits[0]!, resampled.bits[second]!, measure),
  };
}

/** McNemar per cell, Holm over the nine. */
function testCells(first: SchemeBits, second: SchemeBits, measure: Measure): CellTest[] {
  const pairs: [Uint8Array, Uint8Array][] = [[first.positive, second.positive]];
  if (measure === 'balancedAccuracy' && first.negative && second.negative) {
    pairs.push([first.negative, second.negative]);
  }
  const counts = CELLS.map((cell, index) => {
    let [onlyFirst, onlySecond] = [0, 0];
    for (const [before, after] of pairs) {
      for (let at = index; at < before.length; at += CELL_COUNT) {
        if (before[at]! > after[at]!) onlyFirst++;
        if (after[at]! > before[at]!) onlySecond++;
      }
    }
    return { cell, onlyFirst, onlySecond, p: exactMcNemar(onlyFirst, onlySecond) };
  });
  const corrected = holm(counts.map((count) => count.p));
  return counts.map((count, index) => ({ ...count, pHolm: corrected[index]! }));
}
