/** Similarities by cell, and across cells with intervals that resample whole groups. */
import { CELLS, type Cell } from './records.ts';
import {
  SIMILARITY_MEASURES,
  type SimilarityMeasure,
  type SimilarityValues,
} from './similarity.ts';
import {
  ACROSS_LENGTH,
  acrossCells,
  describeCells,
  type AcrossCells,
} from './statistics/across-cells.ts';
import { bootstrapMeans } from './statistics/bootstrap.ts';
import { permuteValueRange, type RangeNull } from './statistics/permutation.ts';

export interface SimilarityCell {
  readonly cell: Cell;
  /** Pictures behind the value. */
  readonly n: number;
  /** Mean over the pictures; null without any. */
  readonly value: number | null;
}

export interface SimilarityMeasureSummary {
  readonly cells: readonly SimilarityCell[];
  /** Groups that have the number in all nine cells. */
  readonly groups: number;
  readonly incompleteGroups: number;
  /** Over the complete groups; null while there are fewer than two. */
  readonly across: (AcrossCells & { readonly rangeNull: RangeNull }) | null;
}

export interface SimilaritySummary {
  readonly settings: SimilaritySummaryOptions;
  readonly measures: Readonly<Record<SimilarityMeasure, SimilarityMeasureSummary>>;
}

export interface SimilaritySummaryOptions {
  readonly resamples: number;
  readonly permutations: number;
  readonly seed: number;
}

const DEFAULTS: SimilaritySummaryOptions = {
  resamples: 10_000,
  permutations: 10_000,
  seed: 20_240_901,
};

/** Incomplete runs are fine; the same values, options and seed give the same summary. */
export function summarizeSimilarity(
  values: readonly SimilarityValues[],
  options: Partial<SimilaritySummaryOptions> = {},
): SimilaritySummary {
  const settings = { ...DEFAULTS, ...options };
  const measures = Object.fromEntries(
    SIMILARITY_MEASURES.map((measure) => [measure, summarizeMeasure(values, measure, settings)]),
  ) as Record<SimilarityMeasure, SimilarityMeasureSummary>;
  return { settings, measures };
}

function summarizeMeasure(
  values: readonly SimilarityValues[],
  measure: SimilarityMeasure,
  settings: SimilaritySummaryOptions,
): SimilarityMeasureSummary {
  const groups = new Map<number, Map<Cell, number>>();
  for (const one of values) {
    const value = one[measure];
    if (value === null) continue;
    if (!groups.has(one.group)) groups.set(one.group, new Map());
    groups.get(one.group)!.set(one.cell, value);
  }
  const rows = [...groups.values()];
  const complete = rows.filter((row) => row.size === CELLS.length);
  return {
    cells: CELLS.map((cell) => {
      const found = rows.flatMap((row) => row.get(cell) ?? []);
      const sum = found.reduce((total, value) => total + value, 0);
      return { cell, n: found.length, value: found.length === 0 ? null : sum / found.length };
    }),
    groups: complete.length,
    incompleteGroups: rows.length - complete.length,
    across: complete.length < 2 ? null : describeAcross(complete, settings),
  };
}

function describeAcross(
  complete: readonly ReadonlyMap<Cell, number>[],
  { resamples, permutations, seed }: SimilaritySummaryOptions,
): AcrossCells & { rangeNull: RangeNull } {
  const width = CELLS.length;
  const table = Float64Array.from(complete.flatMap((row) => CELLS.map((cell) => row.get(cell)!)));
  const means = new Float64Array(width);
  table.forEach((value, at) => (means[at % width]! += value / complete.length));
  const observed = new Float64Array(ACROSS_LENGTH);
  describeCells(means, observed);
  const drawn = bootstrapMeans(table, width, { resamples, seed });
  const resampled = new Float64Array(resamples * ACROSS_LENGTH);
  for (let resample = 0; resample < resamples; resample++) {
    const cells = drawn.subarray(resample * width, (resample + 1) * width);
    const from = resample * ACROSS_LENGTH;
    describeCells(cells, resampled.subarray(from, from + ACROSS_LENGTH));
  }
  const rangeNull = permuteValueRange(table, { permutations, seed });
  return { ...acrossCells(observed, resampled), rangeNull };
}

/** What was pooled how, in as few words as a map's title takes. */
export const POOLING_LABELS: Readonly<Record<SimilarityMeasure, string>> = {
  max: 'max, all tokens',
  mean: 'mean, all tokens',
  own: 'max, target’s cell',
};

/** One way of pooling as a map takes it. */
export interface PooledMap {
  readonly label: string;
  readonly cells: readonly {
    readonly name: Cell;
    readonly value: number | null;
    readonly n?: number;
    readonly interval?: readonly [number, number];
  }[];
  readonly range?: number | undefined;
}

/**
 * The maps of a summary: of every way of pooling that has a number, or of all while none has. Intervals
 * and ranges are told where every group is complete, for only then are they the map's, and where they
 * are wanted.
 */
export function pooledMaps({ measures }: SimilaritySummary, intervals = true): PooledMap[] {
  const known = SIMILARITY_MEASURES.filter((measure) =>
    measures[measure].cells.some(({ value }) => value !== null),
  );
  return (known.length > 0 ? known : SIMILARITY_MEASURES).map((measure) => {
    const { cells, across, incompleteGroups } = measures[measure];
    const whole = intervals && incompleteGroups === 0 ? across : null;
    return {
      label: POOLING_LABELS[measure],
      range: whole?.range.value,
      cells: cells.map(({ cell: name, value, n }, at) => {
        if (value === null) return { name, value };
        const estimate = whole?.cells[at];
        return estimate
          ? { name, value, n, interval: [estimate.low, estimate.high] as const }
          : { name, value, n };
      }),
    };
  });
}
