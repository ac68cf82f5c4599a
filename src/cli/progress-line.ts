/** Progress on stderr: a bar on a terminal, now and then a plain line elsewhere. */
import { SingleBar } from 'cli-progress';
import type { ProbeProgress } from '../experiments/probe.ts';

export interface ProgressLine {
  update(progress: ProbeProgress): void;
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

function timeLeft({ millisecondsLeft }: ProbeProgress): string {
  return millisecondsLeft === null ? '' : `${formatDuration(millisecondsLeft)} left`;
}

/** A progress display on stderr, so that stdout stays clean for results. */
export function progressLine(): ProgressLine {
  return process.stderr.isTTY ? barOnTerminal() : plainLines();
}

function barOnTerminal(): ProgressLine {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} answers | {left}',
    barsize: 28,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    update(progress) {
      const payload = { left: timeLeft(progress) };
      if (started) bar.update(progress.done, payload);
      else bar.start(progress.total, progress.done, payload);
      started = true;
    },
    stop: () => bar.stop(),
  };
}

function plainLines(): ProgressLine {
  let last = -1;
  return {
    update(progress) {
      const { done, total } = progress;
      const step = Math.floor((done / total) * LINES);
      if (step === last) return;
      last = step;
      const left = done < total ? timeLeft(progress) : '';
      process.stderr.write(`${done} of ${total} answers${left === '' ? '' : `, ${left}`}\n`);
    },
    stop: () => undefined,
  };
}
