/** One progress over the experiments of a study. */
import type { RunProgress } from '../results/run-progress.ts';

/**
 * Counts passes over all experiments. The time left comes from the pace since the first of them began;
 * what a run found done already counts for the progress, not for the pace.
 */
export class StudyClock {
  private readonly total: number;
  private before = 0;
  private computed = 0;
  private readonly began: number;

  constructor(
    parts: readonly { readonly passes: number }[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.total = parts.reduce((sum, { passes }) => sum + passes, 0);
    this.began = now();
  }

  /** Takes the progress of the next experiment, from its start to its end. */
  watch(passes: number, report: (progress: RunProgress) => void): (progress: RunProgress) => void {
    const { before } = this;
    this.before += passes;
    let counted: number | undefined;
    return ({ done, total }) => {
      const mine = (passes * done) / total;
      this.computed += counted === undefined ? 0 : mine - counted;
      counted = mine;
      const left = this.total - before - mine;
      const pace = this.computed > 0 ? (this.now() - this.began) / this.computed : null;
      report({
        done: before + mine,
        total: this.total,
        millisecondsLeft: pace === null ? null : pace * left,
      });
    };
  }
}
