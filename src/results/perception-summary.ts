/** Everything that perception records say, as one JSON that tables, figures and the page read. */
import { massShares, meanMap, pairedValues, type OcclusionMap } from './occlusion-map.ts';
import { mapOf, type PerceptionMode, type PerceptionValues } from './perception-records.ts';
import { CELLS, type Cell, type Scheme } from './records.ts';
import {
  bootstrapMeans,
  percentileInterval,
  type ResampleOptions,
} from './statistics/bootstrap.ts';
import { rankCorrelation } from './statistics/rank-correlation.ts';
import type { Estimate } from './statistics/wilson.ts';

export const PERCEPTION_SUMMARY_VERSION = 1;

/** A value whose interval is null while there are fewer than two groups. */
export interface ShareEstimate {
  readonly value: number;
  readonly interval: readonly [low: number, high: number] | null;
}

export interface PerceptionCell {
  readonly cell: Cell;
  /** Maps of pictures with the target in this cell. */
  readonly n: number;
  /** Their mean, each divided by its maximum; null where there is none. */
  readonly meanMap: OcclusionMap | null;
  /** Mean share of a map's sum that lies in the target's own cell; null without maps. */
  readonly share: ShareEstimate | null;
}

/** One scheme in one mode. */
export interface PerceptionCondition {
  readonly scheme: Scheme;
  readonly mode: PerceptionMode;
  readonly pictures: number;
  /** Pictures that have no map: the answer was empty, or no tile changed it. They count nowhere else. */
  readonly withoutMap: number;
  /** Tiles of all pictures, and covered pictures that were run. */
  readonly tiles: number;
  readonly passes: number;
  readonly cells: readonly PerceptionCell[];
  /** Mean of the nine cells' shares; null where one is missing. A flat map has 1/9. */
  readonly meanShare: ShareEstimate | null;
}

/** Second scheme less first, over the pictures that both have a map of. */
export interface ShareComparison {
  readonly mode: PerceptionMode;
  readonly first: string;
  readonly second: string;
  readonly cells: readonly (ShareEstimate | null)[];
  readonly meanShare: ShareEstimate | null;
}

/** How two modes' maps of the same pictures order the tiles: Spearman's rank correlation. */
export interface ModeAgreement {
  readonly scheme: string;
  readonly first: PerceptionMode;
  readonly second: PerceptionMode;
  /** Pictures that both have a map of. */
  readonly pictures: number;
  /** Over all tiles of the first mode. */
  readonly all: Spread | null;
  /** Over the tiles that are above 0 in at least one of them, so that shared zeros do not count. */
  readonly changed: Spread | null;
}

export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface PerceptionSummary {
  readonly version: number;
  readonly settings: ResampleOptions;
  /** That some picture is of; intervals resample them. */
  readonly groups: number;
  readonly conditions: readonly PerceptionCondition[];
  /** Each later scheme against the first, mode by mode. */
  readonly comparisons: readonly ShareComparison[];
  readonly agreements: readonly ModeAgreement[];
}

const DEFAULTS: ResampleOptions = { resamples: 10_000, seed: 20_240_901 };

/** A record with what is drawn from its map, null where it has none. */
interface Mapped {
  readonly record: PerceptionValues;
  readonly map: OcclusionMap | null;
  readonly shares: readonly number[] | null;
}

/**
 * Summarises perception records. Incomplete runs are fine: every cell is over the maps that it has. The
 * same records, options and seed give the same summary.
 */
export function summarizePerception(
  records: readonly PerceptionValues[],
  options: Partial<ResampleOptions> = {},
): PerceptionSummary {
  const settings = { ...DEFAULTS, ...options };
  const mapped = records.map((record) => {
    const map = mapOf(record);
    return { record, map, shares: map && massShares(map) };
  });
  const groups = [...new Set(records.map(({ group }) => group))].sort((a, b) => a - b);
  const conditions: PerceptionCondition[] = [];
  const comparisons: ShareComparison[] = [];
  for (const mode of unique(records.map((record) => record.mode))) {
    const schemes = schemesOf(records.filter((record) => record.mode === mode));
    const byScheme = schemes.map(({ label }) =>
      mapped.filter(({ record }) => record.mode === mode && record.scheme === label),
    );
    const shares = new ShareTable(byScheme, groups, settings);
    schemes.forEach((scheme, at) =>
      conditions.push(
        summarizeCondition(scheme, mode, byScheme[at]!, (cell) => shares.share(at, cell)),
      ),
    );
    schemes.slice(1).forEach(({ label }, at) => {
      const pair = new ShareTable(mappedInBoth(byScheme[0]!, byScheme[at + 1]!), groups, settings);
      const difference = (cell: number | 'mean') => pair.difference(0, 1, cell);
      comparisons.push({
        mode,
        first: schemes[0]!.label,
        second: label,
        cells: CELLS.map((_, cell) => difference(cell)),
        meanShare: difference('mean'),
      });
    });
  }
  const version = PERCEPTION_SUMMARY_VERSION;
  const agreements = agreementsOf(mapped);
  return { version, settings, groups: groups.length, conditions, comparisons, agreements };
}

/** Two schemes' pictures without those that only one of them has a map of. */
function mappedInBoth(...schemes: [readonly Mapped[], readonly Mapped[]]): Mapped[][] {
  const picture = ({ record }: Mapped) => `${record.group}/${record.cell}`;
  const known = schemes.map(
    (mapped) => new Set(mapped.filter(({ shares }) => shares !== null).map(picture)),
  );
  return schemes.map((mapped) =>
    mapped.filter((one) => known.every((pictures) => pictures.has(picture(one)))),
  );
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The schemes in the order in which they first appear. */
function schemesOf(records: readonly PerceptionValues[]): Scheme[] {
  const strengths = new Map(records.map(({ scheme, strength }) => [scheme, strength]));
  return [...strengths].map(([label, strength]) => ({ label, strength }));
}

function summarizeCondition(
  scheme: Scheme,
  mode: PerceptionMode,
  mapped: readonly Mapped[],
  share: (cell: number | 'mean') => ShareEstimate | null,
): PerceptionCondition {
  const useful = mapped.filter(({ shares }) => shares !== null);
  const sum = (of: (record: PerceptionValues) => number) =>
    mapped.reduce((total, { record }) => total + of(record), 0);
  return {
    scheme,
    mode,
    pictures: mapped.length,
    withoutMap: mapped.length - useful.length,
    tiles: sum(({ tiles }) => tiles),
    passes: sum(({ passes }) => passes),
    cells: CELLS.map((cell, at) => {
      const maps = useful.filter(({ record }) => record.cell === cell).map(({ map }) => map!);
      return { cell, n: maps.length, meanMap: meanMap(maps), share: share(at) };
    }),
    meanShare: share('mean'),
  };
}

/** The shares of the target's own cell, resampled by groups, all schemes together. */
class ShareTable {
  private readonly observed: Float64Array;
  private readonly resampled: Float64Array | null;
  private readonly width: number;

  /** For each scheme its pictures; `groups` may have none of some of them. */
  constructor(
    schemes: readonly (readonly Mapped[])[],
    groups: readonly number[],
    options: ResampleOptions,
  ) {
    // Of each cell the share, 0 where it is missing, and whether it is there: means become ratios.
    this.width = schemes.length * CELLS.length * 2;
    const rows = new Float64Array(groups.length * this.width);
    const places = new Map(groups.map((group, at) => [group, at]));
    schemes.forEach((mapped, scheme) =>
      mapped.forEach(({ record, shares }) => {
        if (!shares) return;
        const cell = CELLS.indexOf(record.cell);
        const at = places.get(record.group)! * this.width + (scheme * CELLS.length + cell) * 2;
        rows.set([shares[cell]!, 1], at);
      }),
    );
    this.observed = new Float64Array(this.width);
    rows.forEach((value, at) => (this.observed[at % this.width]! += value));
    this.resampled = groups.length >= 2 ? bootstrapMeans(rows, this.width, options) : null;
  }

  share(scheme: number, cell: number | 'mean'): ShareEstimate | null {
    return this.estimate((means, row) => this.read(means, row, scheme, cell));
  }

  difference(first: number, second: number, cell: number | 'mean'): ShareEstimate | null {
    return this.estimate(
      (means, row) => this.read(means, row, second, cell) - this.read(means, row, first, cell),
    );
  }

  /** NaN where there is none. */
  private read(means: Float64Array, row: number, scheme: number, cell: number | 'mean'): number {
    if (cell === 'mean')
      return (
        CELLS.reduce((sum, _, one) => sum + this.read(means, row, scheme, one), 0) / CELLS.length
      );
    const at = row * this.width + (scheme * CELLS.length + cell) * 2;
    return means[at]! / means[at + 1]!;
  }

  private estimate(of: (means: Float64Array, row: number) => number): ShareEstimate | null {
    const value = of(this.observed, 0);
    if (Number.isNaN(value)) return null;
    if (!this.resampled) return { value, interval: null };
    const rows = this.resampled.length / this.width;
    // A resample may miss every group that has the cell.
    const values = Float64Array.from({ length: rows }, (_, row) => of(this.resampled!, row)).filter(
      (one) => !Number.isNaN(one),
    );
    const { low, high }: Estimate = percentileInterval(value, values);
    return { value, interval: [low, high] };
  }
}

/** Every pair of modes under each scheme. */
function agreementsOf(mapped: readonly Mapped[]): ModeAgreement[] {
  const modes = unique(mapped.map(({ record }) => record.mode));
  const schemes = unique(mapped.map(({ record }) => record.scheme));
  const found = new Map(mapped.map((one) => [one.record.key, one]));
  return schemes.flatMap((scheme) =>
    modes.flatMap((first, at) =>
      modes.slice(at + 1).map((second) => {
        const own = mapped.filter(
          ({ record }) => record.scheme === scheme && record.mode === first,
        );
        const pairs = own.flatMap(({ record, map }) => {
          const key = record.key.replace(/[^/]*$/, second);
          const other = found.get(key)?.map;
          return map && other ? [pairedValues(map, other)] : [];
        });
        return {
          scheme,
          first,
          second,
          pictures: pairs.length,
          all: spreadOf(pairs.map(([a, b]) => rankCorrelation(a, b))),
          changed: spreadOf(pairs.map(([a, b]) => changedCorrelation(a, b))),
        };
      }),
    ),
  );
}

function changedCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const kept = a.flatMap((value, at) => (value > 0 || b[at]! > 0 ? [at] : []));
  const of = (values: readonly number[]) => kept.map((at) => values[at]!);
  return rankCorrelation(of(a), of(b));
}

function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { mean, least: Math.min(...known), most: Math.max(...known) };
}
