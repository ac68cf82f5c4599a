/** The common axis of the margin bars. */

const STEPS = [1, 2, 5];

/** The smallest of 1, 2, 5, 10, 20, 50 … that holds every margin; the axis goes from − to + it. */
export function axisEnd(margins: readonly number[]): number {
  const largest = Math.max(1, ...margins.filter(Number.isFinite).map(Math.abs));
  for (let power = 1; ; power *= 10) {
    const step = STEPS.find((candidate) => candidate * power >= largest);
    if (step !== undefined) return step * power;
  }
}

/** Left edge and width of a bar from zero, in percent of the axis. */
export function barGeometry(margin: number, end: number): { left: number; width: number } {
  const share = Math.min(1, Math.abs(margin) / end) * 50;
  return { left: margin < 0 ? 50 - share : 50, width: share };
}
