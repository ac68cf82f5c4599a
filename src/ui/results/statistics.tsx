import type { CellStatistics } from '../../results/statistics/cell-statistics.ts';
import type { Measure } from '../../results/resampled-schemes.ts';
import type { GroupSummary, ProbeSummary } from '../../results/summary.ts';
import { plain, pValue, signed, withInterval } from '../format.ts';
import { cellName } from '../store/state.ts';

interface StatisticsProps {
  /** Undefined while there are no records, and while a run writes some. */
  summary: ProbeSummary | undefined;
  /** True while a run writes records: intervals wait until it pauses or ends. */
  grows: boolean;
  measure: Measure;
  first: string;
  second: string;
}

/** Two schemes in numbers, with 95 % intervals that resample whole groups. */
export function Statistics({ summary, grows, measure, first, second }: StatisticsProps) {
  if (grows) {
    return <p className="hint statistics">Statistics follow when the run pauses or ends.</p>;
  }
  if (summary === undefined) return null;
  const columns = [first, second].map(
    (label) => summary.schemes.find(({ scheme }) => scheme.label === label)?.across ?? null,
  );
  if (columns.every((column) => column === null)) {
    return (
      <p className="hint statistics">
        Statistics across cells need at least two groups with all nine cells.
      </p>
    );
  }
  return <Table summary={summary} columns={columns} measure={measure} names={[first, second]} />;
}

/** A share over all nine cells of a scheme; a dash where there are no such items. */
function meanShare(
  summary: ProbeSummary,
  scheme: string,
  share: (cell: CellStatistics) => number | null | undefined,
): string {
  const cells = summary.schemes.find((one) => one.scheme.label === scheme)?.cells ?? [];
  const shares = cells.map(share).filter((value) => value !== null && value !== undefined);
  if (shares.length === 0) return '–';
  return plain(shares.reduce((sum, value) => sum + value, 0) / shares.length);
}

const SHARES: readonly (readonly [
  name: string,
  meaning: string,
  share: (cell: CellStatistics) => number | null | undefined,
])[] = [
  [
    'Yes to what is absent',
    'false alarms: how often a thing that is not in the picture was answered Yes',
    (cell) => cell.yesRateOnNegatives?.value,
  ],
  [
    'neither Yes nor No',
    'share of answers that say neither; they count as wrong',
    (cell) => cell.unparsedShare,
  ],
];

interface TableProps {
  summary: ProbeSummary;
  columns: readonly (GroupSummary | null)[];
  measure: Measure;
  names: readonly [string, string];
}

function Table({ summary, columns, measure, names }: TableProps) {
  const compared = summary.comparisons.find(({ second }) => second === names[1]);
  const difference = compared?.[measure];
  const rows: readonly (readonly [string, string, (group: GroupSummary) => string, string])[] = [
    [
      'mean over cells',
      'the measure chosen above, averaged over the nine cells; brackets are 95 % intervals from resampling whole groups',
      (group) => withInterval((group[measure] ?? group.accuracy).mean),
      difference ? withInterval(difference.mean) : '',
    ],
    [
      'standard deviation',
      'how far the nine cells are spread around their mean',
      (group) => withInterval((group[measure] ?? group.accuracy).sd),
      difference ? withInterval(difference.sd) : '',
    ],
    [
      'range (max − min)',
      'the best cell less the worst: the size of the bias. Noise alone makes it larger than zero, so read it with the next line',
      (group) => withInterval((group[measure] ?? group.accuracy).range),
      difference ? withInterval(difference.range) : '',
    ],
    [
      'range by chance',
      'the range where the nine answers of each group are shuffled among the cells, and p, how often that is as large as the range found',
      (group) => {
        const { nullMean, p } = (group[measure] ?? group.accuracy).rangeNull;
        return `${plain(nullMean)}, ${pValue(p)}`;
      },
      '',
    ],
    [
      'worst cell',
      'the cell with the lowest value in this sample',
      (group) => {
        const { worst } = group[measure] ?? group.accuracy;
        return `${cellName(worst.cell)} ${plain(worst.value)}`;
      },
      '',
    ],
    [
      'center, edges, corners',
      'means over the center cell, the four cells beside it, and the four corners',
      (group) => {
        const { center, edges, corners } = group[measure] ?? group.accuracy;
        return [center, edges, corners].map(({ value }) => plain(value)).join(', ');
      },
      '',
    ],
    [
      'sensitivity d′',
      'how well it tells what is there from what is not, over the items of all cells: 0 is guessing; a habit of saying Yes or No does not move it',
      ({ sensitivity }) => (sensitivity === null ? '–' : withInterval(sensitivity)),
      compared?.sensitivity ? withInterval(compared.sensitivity) : '',
    ],
    [
      'same in all nine cells',
      'share of groups whose answer is the same wherever the target stands (in brackets: right everywhere + wrong everywhere)',
      ({ positives: { consistency } }) =>
        `${plain(consistency.same)} (${plain(consistency.allRight)} + ${plain(consistency.allWrong)})`,
      columns[0] && columns[1]
        ? signed(columns[1].positives.consistency.same - columns[0].positives.consistency.same, 2)
        : '',
    ],
    [
      'Cochran’s Q',
      'a test for any effect of the cell on being right, over positive items',
      ({ positives: { cochran } }) => `${plain(cochran.q, 1)}, ${pValue(cochran.p)}`,
      '',
    ],
  ];
  const groups = columns.find((column) => column !== null)?.groups;
  const tests = difference?.tests.filter(({ pHolm }) => pHolm < 0.05) ?? [];
  return (
    <div className="statistics" data-testid="statistics">
      <table>
        <thead>
          <tr>
            <th scope="col">{groups} groups</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">difference</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, meaning, text, change]) => (
            <tr key={name} title={meaning}>
              <th scope="row">{name}</th>
              {columns.map((column, at) => (
                <td key={at}>{column === null ? '–' : text(column)}</td>
              ))}
              <td>{change}</td>
            </tr>
          ))}
          {SHARES.map(([name, meaning, share]) => (
            <tr key={name} title={meaning}>
              <th scope="row">{name}</th>
              {names.map((scheme) => (
                <td key={scheme}>{meanShare(summary, scheme, share)}</td>
              ))}
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      <details className="meanings">
        <summary>What these mean</summary>
        <dl>
          {[...rows, ...SHARES].map(([name, meaning]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
      <p className="hint">
        {compared === undefined
          ? ''
          : tests.length === 0
            ? 'No single cell differs between the two (McNemar, Holm over nine cells, 5 %).'
            : `Cells that differ (McNemar, Holm over nine): ${tests
                .map(({ cell, pHolm }) => `${cellName(cell)} (${pValue(pHolm)})`)
                .join(', ')}.`}
        {summary.incompleteGroups > 0 &&
          ` ${summary.incompleteGroups} incomplete ${summary.incompleteGroups === 1 ? 'group is' : 'groups are'} left out.`}{' '}
        Select a cell of a map for its items.
      </p>
    </div>
  );
}
