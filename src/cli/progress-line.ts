/** Progress on stderr: a bar on a terminal, now and then a plain line elsewhere. */
import { SingleBar } from 'cli-progress';
import type { ProbeProgress } from '../experiments/probe.ts';

export interface ProgressLine {
  /** Shows nothing any more once stopped. */
  update(progress: ProbeProgress): void;
  /** Leaves the terminal as it was, the cursor on a line of its own. May be called twice. */
  stop(): void;
}

/** Lines elsewhere than on a terminal: every tenth of the run. */
const LINES = 10;

/** `1 min 10 s` */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `, 10 s left`, or nothing before the first estimate and after the last answer. */
function timeLeft({ done, total, millisecondsLeft }: ProbeProgress): string {
  if (millisecondsLeft === null || done === total) return '';
  return `, ${formatDuration(millisecondsLeft)} left`;
}

/** A progress display on stderr, so that stdout stays clean for results. */
export function progressLine(): ProgressLine {
  return process.stderr.isTTY ? barOnTerminal() : plainLines();
}

function barOnTerminal(): ProgressLine {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} answers{left}',
    barsize: 28,
    stream: process.stderr,
    // The bar's own handlers would swallow SIGTERM, and draw over what is said at Ctrl-C.
    gracefulExit: false,
  });
  let state: 'new' | 'shown' | 'stopped' = 'new';
  return {
    update(progress) {
      const payload = { left: timeLeft(progress) };
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

function plainLines(): ProgressLine {
  let last = -1;
  let stopped = false;
  return {
    update(progress) {
      const { done, total } = progress;
      const step = Math.floor((done / total) * LINES);
      if (stopped || step === last) return;
      last = step;
      process.stderr.write(`${done} of ${total} answers${timeLeft(progress)}\n`);
    },
    stop() {
      stopped = true;
    },
  };
}
