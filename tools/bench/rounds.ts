import { quantileSorted } from 'd3-array';

/** Milliseconds of each round, in order. */
export type Times = readonly number[];

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
  const times = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const order = round % 2 === 0 ? entries : [...entries].reverse();
    for (const [name, work] of order) {
      const start = performance.now();
      await work();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
  return times;
}

/** Round by round, what `f` makes of the times of two works. */
export function paired(a: Times, b: Times, f: (a: number, b: number) => number): number[] {
  return a.map((time, round) => f(time, b[round] as number));
}

/** Median and quartiles as text: `41.2 (40.7 to 41.9)`. */
export function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) => (quantileSorted(sorted, p) as number).toFixed(digits);
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`;
}
