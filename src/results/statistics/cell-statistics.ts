/** What each of the nine cells shows by itself, from every record there is. */
import { CELLS, type Cell, type ProbeRecord } from '../records.ts';
import { dPrime } from './d-prime.ts';
import { wilson, type Estimate } from './wilson.ts';

export interface CellStatistics {
  readonly cell: Cell;
  /** Positive items. */
  readonly n: number;
  /** Share of positive items answered Yes, with its Wilson interval; null without items. */
  readonly accuracy: Estimate | null;
  readonly negatives: number;
  /** Share of negative items answered Yes; null without negatives. */
  readonly yesRateOnNegatives: Estimate | null;
  /** Mean of the shares of right answers on positives and on negatives; null where one is missing. */
  readonly balancedAccuracy: number | null;
  readonly dPrime: number | null;
  /** Share of all items whose output says neither Yes nor No (they count as wrong). */
  readonly unparsedShare: number | null;
  /** Mean margin (logit of Yes less that of No) on positives and on negatives. */
  readonly meanMargin: number | null;
  readonly meanMarginOnNegatives: number | null;
}

/** Nine rows in reading order from the records of one scheme. */
export function cellStatistics(records: readonly ProbeRecord[]): CellStatistics[] {
  const byCell = new Map<Cell, ProbeRecord[]>(CELLS.map((cell) => [cell, []]));
  for (const record of records) byCell.get(record.cell)!.push(record);
  return CELLS.map((cell) => describeCell(cell, byCell.get(cell)!));
}

function describeCell(cell: Cell, records: readonly ProbeRecord[]): CellStatistics {
  const positives = records.filter((record) => record.polarity === 'positive');
  const negatives = records.filter((record) => record.polarity === 'negative');
  const hits = count(positives, 'Yes');
  const falseAlarms = count(negatives, 'Yes');
  const rejections = count(negatives, 'No');
  const both = positives.length > 0 && negatives.length > 0;
  return {
    cell,
    n: positives.length,
    accuracy: wilson(hits, positives.length),
    negatives: negatives.length,
    yesRateOnNegatives: wilson(falseAlarms, negatives.length),
    balancedAccuracy: both ? (hits / positives.length + rejections / negatives.length) / 2 : null,
    dPrime: dPrime(hits, positives.length, falseAlarms, negatives.length),
    unparsedShare: records.length === 0 ? null : count(records, null) / records.length,
    meanMargin: meanMargin(positives),
    meanMarginOnNegatives: meanMargin(negatives),
  };
}

function count(records: readonly ProbeRecord[], prediction: 'Yes' | 'No' | null): number {
  return records.filter((record) => record.prediction === prediction).length;
}

function meanMargin(records: readonly ProbeRecord[]): number | null {
  if (records.length === 0) return null;
  return records.reduce((sum, record) => sum + record.margin, 0) / records.length;
}
