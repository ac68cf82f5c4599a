/** Ctrl-C as a request to stop at the next good moment. */
import { CommandError, INTERRUPTED } from './failure.ts';
import type { ProgressLine } from './progress-line.ts';

/** What a person is told: at once, and when the run has stopped. */
export interface InterruptWords {
  readonly stopping: string;
  readonly stopped: string;
}

/** Runs with a signal that Ctrl-C aborts; a second one ends the process at once. */
export async function runInterruptibly<T>(
  { stopping, stopped }: InterruptWords,
  progress: ProgressLine,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    progress.stop();
    process.stderr.write(`${stopping}\n`);
    controller.abort(new CommandError(stopped, INTERRUPTED));
  };
  process.once('SIGINT', stop);
  try {
    return await run(controller.signal);
  } catch (error) {
    // A download that was cancelled says so in its own words.
    const { reason } = controller.signal;
    throw reason !== undefined && (error as Error).cause === reason ? reason : error;
  } finally {
    progress.stop();
    process.removeListener('SIGINT', stop);
  }
}
