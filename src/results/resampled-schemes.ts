/** One group bootstrap over several conditions at once, so that whatever is compared stays paired. */
import { ACROSS_LENGTH, describeCells } from './statistics/across-cells.ts';
import {
  bootstrapMeans,
  percentileInterval,
  type ResampleOptions,
} from './statistics/bootstrap.ts';
import { dPrime } from './statistics/d-prime.ts';
import { CELL_COUNT, NO, rightAnswers, YES, type GroupTable } from './statistics/group-table.ts';
import type { Estimate } from './statistics/wilson.ts';

export type Measure = 'accuracy' | 'balancedAccuracy';

/** Bits of one scheme, `[groups, 9]` each. */
export interface SchemeBits {
  /** Positive items answered Yes. */
  readonly positive: Uint8Array;
  /** Negative items answered No, and answered Yes; null in a run that has no negatives. */
  readonly negative: Uint8Array | null;
  readonly falseAlarms: Uint8Array | null;
}

export function schemeBits({ positive, negative }: GroupTable): SchemeBits {
  return {
    positive: rightAnswers(positive, YES),
    negative: negative && rightAnswers(negative, NO),
    falseAlarms: negative && rightAnswers(negative, YES),
  };
}

/** Points that each cell of each group got: right positives, and for balanced accuracy negatives. */
export function scoresOf({ positive, negative }: SchemeBits, measure: Measure): Uint8Array {
  if (measure === 'accuracy' || !negative) return positive;
  return positive.map((bit, at) => bit + negative[at]!);
}

/** The most points of a cell in a group. */
export function pointsOf(measure: Measure): number {
  return measure === 'accuracy' ? 1 : 2;
}

/** Columns of one scheme: nine positives, nine negatives, the group's false alarms. */
const SCHEME_WIDTH = 2 * CELL_COUNT + 1;

/** A described vector (see `describeCells`), observed and `[resamples, ACROSS_LENGTH]`. */
export interface Described {
  readonly observed: Float64Array;
  readonly resampled: Float64Array;
}

export class ResampledSchemes {
  private readonly observed: Float64Array;
  private readonly means: Float64Array;
  private readonly width: number;

  constructor(
    readonly bits: readonly SchemeBits[],
    readonly groups: number,
    options: ResampleOptions,
  ) {
    this.width = bits.length * SCHEME_WIDTH;
    const rows = new Uint8Array(groups * this.width);
    bits.forEach((scheme, index) => writeScheme(scheme, rows, index * SCHEME_WIDTH, this.width));
    this.observed = new Float64Array(this.width);
    rows.forEach((count, at) => (this.observed[at % this.width]! += count));
    this.observed.forEach((count, column) => (this.observed[column] = count / groups));
    this.means = bootstrapMeans(rows, this.width, options);
  }

  /** Nine cells of a scheme's measure, described. */
  describe(scheme: number, measure: Measure): Described {
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

  /** Sensitivity d′ over the items of all nine cells; null without negatives. */
  sensitivity(scheme: number): Estimate | null {
    const values = this.sensitivities(scheme);
    return values && percentileInterval(values.observed, values.resampled);
  }

  /** The second scheme's d′ less the first's. */
  sensitivityChange(first: number, second: number): Estimate | null {
    const [before, after] = [this.sensitivities(first), this.sensitivities(second)];
    if (!before || !after) return null;
    const changes = after.resampled.map((value, row) => value - before.resampled[row]!);
    return percentileInterval(after.observed - before.observed, changes);
  }

  private sensitivities(scheme: number): { observed: number; resampled: Float64Array } | null {
    if (!this.bits[scheme]!.negative) return null;
    const items = this.groups * CELL_COUNT;
    const read = (means: Float64Array, row: number): number => {
      const from = row + scheme * SCHEME_WIDTH;
      let hits = 0;
      for (let cell = 0; cell < CELL_COUNT; cell++) hits += means[from + cell]!;
      const falseAlarms = means[from + SCHEME_WIDTH - 1]!;
      return dPrime(hits * this.groups, items, falseAlarms * this.groups, items)!;
    };
    const resampled = new Float64Array(this.means.length / this.width);
    for (let row = 0; row < resampled.length; row++)
      resampled[row] = read(this.means, row * this.width);
    return { observed: read(this.observed, 0), resampled };
  }

  private readCells(
    means: Float64Array,
    row: number,
    scheme: number,
    measure: Measure,
    into: Float64Array,
  ): void {
    const positive = row + scheme * SCHEME_WIDTH;
    const second = measure === 'accuracy' ? positive : positive + CELL_COUNT;
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      into[cell] = (means[positive + cell]! + means[second + cell]!) / 2;
    }
  }
}

function writeScheme(bits: SchemeBits, rows: Uint8Array, column: number, width: number): void {
  const { positive, negative, falseAlarms } = bits;
  for (let at = 0; at < positive.length; at++) {
    const cell = at % CELL_COUNT;
    const start = Math.floor(at / CELL_COUNT) * width + column;
    rows[start + cell] = positive[at]!;
    rows[start + CELL_COUNT + cell] = (negative ?? positive)[at]!;
    rows[start + SCHEME_WIDTH - 1]! += falseAlarms?.[at] ?? 0;
  }
}
