/** Progress on stderr: a bar on a terminal, now and then a plain line elsewhere. */
import { SingleBar } from 'cli-progress';
import { gigabytes } from '../protocol/catalogue.ts';
import { duration } from '../results/duration.ts';

/** How far a run is, in what it counts. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Null before the first estimate. */
  readonly millisecondsLeft: number | null;
}

export interface ProgressLine {
  /** Shows nothing any more once stopped. */
  update(progress: Progress): void;
  /** Leaves the terminal as it was, the cursor on a line of its own. May be called twice. */
  stop(): void;
}

/** Lines elsewhere than on a terminal: every tenth of the run. */
const LINES = 10;

/** `, 10 s left`, or nothing before the first estimate and after the last answer. */
function timeLeft({ done, total, millisecondsLeft }: Progress): string {
  if (millisecondsLeft === null || done === total) return '';
  return `, ${duration(millisecondsLeft)} left`;
}

/** `3 of 10 answers` */
export function answersOf({ done, total }: Progress): string {
  return `${done} of ${total} answers`;
}

/** `1.5 GB of 16.6 GB` */
export function gigabytesOf({ done, total }: Progress): string {
  return `${gigabytes(done)} of ${gigabytes(total)}`;
}

/** A progress display on stderr, so that stdout stays clean for results. */
export function progressLine(describe: (progress: Progress) => string): ProgressLine {
  const text = (progress: Progress) => `${describe(progress)}${timeLeft(progress)}`;
  return process.stderr.isTTY ? barOnTerminal(text) : plainLines(text);
}

/** Takes bytes done, and guesses the time left by the speed so far. */
export function bytesProgress(line: ProgressLine): (done: number, total: number) => void {
  const start = performance.now();
  return (done, total) => {
    const spent = performance.now() - start;
    line.update({ done, total, millisecondsLeft: (spent / done) * (total - done) });
  };
}

function barOnTerminal(text: (progress: Progress) => string): ProgressLine {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {text}',
    barsize: 28,
    stream: process.stderr,
    // The bar's own handlers would swallow SIGTERM, and draw over what is said at Ctrl-C.
    gracefulExit: false,
  });
  let state: 'new' | 'shown' | 'stopped' = 'new';
  return {
    update(progress) {
      const payload = { text: text(progress) };
      if (state === 'shown') bar.update(progress.done, payload);
      if (state !== 'new') return;
      bar.start(progress.total, progress.done, payload);
      state = 'shown';
    },
    stop() {
      if (state === 'shown') bar.stop();
      state = 'stopped';
    },
  };
}

function plainLines(text: (progress: Progress) => string): ProgressLine {
  let last = -1;
  let stopped = false;
  return {
    update(progress) {
      const { done, total } = progress;
      const step = Math.floor((done / total) * LINES);
      if (stopped || step === last) return;
      last = step;
      process.stderr.write(`${text(progress)}\n`);
    },
    stop() {
      stopped = true;
    },
  };
}
