/** What every run of an experiment can be told, and how it guesses its end. */
import type { RunProgress } from '../results/run-progress.ts';

export interface RunOptions<Record> {
  /** Records of an earlier run by key: kept as they are, not computed again. */
  readonly done?: ReadonlyMap<string, Record>;
  /** Called for each new record, in the plan's order; awaited. */
  readonly onRecord: (record: Record) => void | Promise<void>;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Stops between batches; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Awaited before each batch: pause by not resolving. */
  readonly gate?: () => Promise<void>;
}

/** Time left from the mean of the last batches, so that a slow start does not stick. */
export class RunClock {
  private readonly recent: number[] = [];

  add(milliseconds: number): void {
    this.recent.push(milliseconds);
    if (this.recent.length > 8) this.recent.shift();
  }

  estimate(batchesLeft: number): number | null {
    if (this.recent.length === 0) return null;
    const mean = this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length;
    return mean * batchesLeft;
  }
}
