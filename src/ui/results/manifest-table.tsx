import type { ManifestDifference } from '../../results/manifest-differences.ts';

interface ManifestTableProps {
  differences: readonly ManifestDifference[];
  /** Whether both conditions are of one run. */
  same: boolean;
}

/** What differs between two runs, to be read before their numbers. */
export function ManifestTable({ differences, same }: ManifestTableProps) {
  if (same) return <p className="hint">Both are of one run: nothing but the positions differs.</p>;
  if (differences.length === 0)
    return (
      <p className="hint" data-testid="manifest-differences">
        The two runs were made alike: their manifests differ in nothing but the time.
      </p>
    );
  return (
    <div className="statistics dense manifest-differences" data-testid="manifest-differences">
      <table>
        <caption>What differs between the two runs</caption>
        <thead>
          <tr>
            <th scope="col">manifest</th>
            <th scope="col">first</th>
            <th scope="col">second</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ what, a, b }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td title={a}>{short(a)}</td>
              <td title={b}>{short(b)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LONGEST = 40;
const LONGEST_WORD = 24;
const START_OF_HASH = 12;

/** A cell's title has the whole of it. */
function short(value: string): string {
  if (!value.includes(' ') && value.length > LONGEST_WORD)
    return `${value.slice(0, START_OF_HASH)}…`;
  return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value;
}
