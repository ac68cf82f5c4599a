import { CELLS } from '../../results/records.ts';
import { SIMILARITY_MEASURES } from '../../results/similarity.ts';
import {
  POOLING_LABELS,
  type SimilarityMeasureSummary,
  type SimilaritySummary,
} from '../../results/similarity-summary.ts';
import type { Estimate } from '../../results/statistics/wilson.ts';
import { plain, pValue, withInterval } from '../format.ts';
import { cellName } from '../store/state.ts';

interface SimilarityTableProps {
  summary: SimilaritySummary;
  /** True while a run brings samples: intervals wait until it ends. */
  grows: boolean;
}

const DIGITS = 3;

/** Across cells, what each row is and how it is written. */
const ACROSS: readonly (readonly [
  name: string,
  meaning: string,
  text: (across: NonNullable<SimilarityMeasureSummary['across']>) => string,
])[] = [
  [
    'mean over cells',
    'brackets are 95 % intervals from resampling whole groups',
    ({ mean }) => withInterval(mean, DIGITS),
  ],
  [
    'range (max − min)',
    'the most alike cell less the least. Noise alone makes it larger than zero, so read it with the next line',
    ({ range }) => withInterval(range, DIGITS),
  ],
  [
    'range by chance',
    'the range where the nine numbers of each group are shuffled among the cells, and p, how often that is as large as the range found',
    ({ rangeNull: { nullMean, p } }) => `${plain(nullMean, DIGITS)}, ${pValue(p)}`,
  ],
];

/** Every number of the maps, and what they say across cells. */
export function SimilarityTable({ summary, grows }: SimilarityTableProps) {
  const columns = SIMILARITY_MEASURES.map((measure) => summary.measures[measure]);
  if (columns.every(({ cells }) => cells.every(({ value }) => value === null))) return null;
  const across = columns.some((column) => column.across !== null) && !grows;
  const groups = Math.max(...columns.flatMap(({ cells }) => cells.map(({ n }) => n)));
  return (
    <div className="statistics dense" data-testid="similarity-table">
      <table>
        <caption className="visually-hidden">Cosine with the caption by cell</caption>
        <thead>
          <tr>
            <th scope="col">{groups === 1 ? '1 target' : `${groups} targets`}</th>
            {SIMILARITY_MEASURES.map((measure) => (
              <th key={measure} scope="col">
                {POOLING_LABELS[measure]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {CELLS.map((cell, at) => (
            <tr key={cell}>
              <th scope="row">{cellName(cell)}</th>
              {columns.map((column, index) => (
                <td key={index}>{cellText(column, at, across)}</td>
              ))}
            </tr>
          ))}
          {across &&
            ACROSS.map(([name, meaning, text]) => (
              <tr key={name} title={meaning}>
                <th scope="row">{name}</th>
                {columns.map((column, index) => (
                  <td key={index}>{column.across === null ? '–' : text(column.across)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function cellText(
  { cells, across, incompleteGroups }: SimilarityMeasureSummary,
  at: number,
  withIntervals: boolean,
): string {
  const { value } = cells[at]!;
  if (value === null) return '–';
  const estimate: Estimate | undefined = across?.cells[at];
  return withIntervals && estimate !== undefined && incompleteGroups === 0
    ? withInterval(estimate, DIGITS)
    : plain(value, DIGITS);
}
