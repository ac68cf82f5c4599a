/** How far a run of covered pictures is, and how long it has yet to go. */
import type { RunProgress } from '../results/run-progress.ts';

/** A picture under way never counts as whole. */
const NEARLY = 0.99;

/**
 * Counts pictures, the one under way in part. How many passes a picture takes is known only after it
 * (blank tiles, refinement), so each is taken to need as many as those before it did, and the first as
 * many as it has tiles.
 */
export class PassPace {
  private readonly total: number;
  private readonly report: ((progress: RunProgress) => void) | undefined;
  private readonly start = performance.now();
  private skipped = 0;
  private finished = 0;
  private passes = 0;
  private passesBefore = 0;
  private firstGuess = 1;

  constructor(pictures: number, report: ((progress: RunProgress) => void) | undefined) {
    this.total = pictures;
    this.report = report;
    this.tell(0);
  }

  /** A picture that was finished in an earlier run. */
  skipPicture(): void {
    this.skipped++;
    this.tell(0);
  }

  beginPicture(mostPasses: number): void {
    this.passesBefore = this.passes;
    this.firstGuess = Math.max(1, mostPasses);
  }

  add(passes: number): void {
    this.passes += passes;
    const usual = this.finished > 0 ? this.passesBefore / this.finished : this.firstGuess;
    this.tell(Math.min(NEARLY, (this.passes - this.passesBefore) / Math.max(1, usual)));
  }

  endPicture(): void {
    this.finished++;
    this.tell(0);
  }

  private tell(part: number): void {
    const own = this.finished + part;
    const spent = performance.now() - this.start;
    const left = this.total - this.skipped - own;
    this.report?.({
      done: this.skipped + own,
      total: this.total,
      millisecondsLeft: own > 0 ? (spent / own) * left : null,
      passes: this.passes,
    });
  }
}
