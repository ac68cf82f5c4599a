/** Lets a person's questions go before a run's next batch. */
export class LiveFirst {
  private readonly pending = new Set<Promise<unknown>>();

  /** Does the work of a live question. */
  async live<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = work();
    this.pending.add(result);
    try {
      return await result;
    } finally {
      this.pending.delete(result);
    }
  }

  /**
   * Resolves when no live question is waiting. It always lets messages from the page in first: on WASM
   * a run's promises follow one another without ever giving the event loop a turn.
   */
  async turn(): Promise<void> {
    do {
      await new Promise((resolve) => setTimeout(resolve));
      await Promise.allSettled(this.pending);
    } while (this.pending.size > 0);
  }
}
