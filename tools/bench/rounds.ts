import { quantileSorted } from 'd3-array';

/** What one work took in each round, in order; both in milliseconds. */
export interface Times {
  readonly wall: readonly number[];
  /** Of all cores together: neighbours on the machine disturb it less than `wall`. */
  readonly processor: readonly number[];
}

type Work = () => Promise<unknown>;

const WARM_UP = 3;

/**
 * Times the works side by side: each round runs every one of them once, forwards and backwards in
 * turn, so that a machine that slows down or a neighbour that wakes meets all alike. The first rounds
 * are not counted.
 */
export async function timeRounds<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds: number,
): Promise<Record<Name, Times>> {
  const entries = Object.entries(works) as [Name, Work][];
  const times = Object.fromEntries(
    entries.map(([name]) => [name, { wall: [], processor: [] }]),
  ) as unknown as Record<Name, { wall: number[]; processor: number[] }>;
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const order = round % 2 === 0 ? entries : [...entries].reverse();
    for (const [name, work] of order) {
      const before = process.cpuUsage();
      const start = performance.now();
      await work();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      times[name].wall.push(wall);
      times[name].processor.push((user + system) / 1000);
    }
  }
  return times;
}

/** Round by round, how many times as long as `b` did `a` take. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((time, round) => time / (b[round] as number));
}

/** Median and quartiles as text: `41.2 (40.7 to 41.9)`. */
export function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) => (quantileSorted(sorted, p) as number).toFixed(digits);
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`;
}
