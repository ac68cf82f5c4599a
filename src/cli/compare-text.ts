/** A comparison as text of at most 80 columns, in ASCII, which every terminal shows. */
import type { ReportTable, TableValue } from '../report/report-table.ts';
import type { ConditionComparison } from '../results/compare-runs.ts';
import { isRight } from '../results/flipped-items.ts';
import type { ManifestDifference } from '../results/manifest-differences.ts';
import { verdict, verdictHeadline } from '../results/verdict.ts';
import { interval, number } from './text-grid.ts';
import { ascii, verdictText } from './verdict-text.ts';

/** What differs between two runs; long values are cut, the CSV has them whole. */
export function differencesText(
  differences: readonly ManifestDifference[],
  first: string,
  second: string,
): string {
  const title = 'What differs between the runs';
  const lines =
    differences.length === 0
      ? ['  Nothing: both were made alike.']
      : differences.flatMap(({ what, a, b }) => [
          `  ${what}`,
          `    first   ${short(a)}`,
          `    second  ${short(b)}`,
        ]);
  const text = [
    title,
    '='.repeat(title.length),
    `  first: ${first}`,
    `  second: ${second}`,
    ...lines,
    '',
  ];
  return text.map((line) => ascii(line)).join('\n');
}

const LONGEST = 64;

function short(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 4)} ...` : line;
}

/** How many rows of the table are over cells together; the rest are the nine cells. */
export function comparisonText(comparison: ConditionComparison, table: ReportTable): string {
  const { first, second, pairing, unpaired, summary, flipped } = comparison;
  const title = `${second} against ${first}`;
  const gained = flipped.filter((item) => isRight(item.second)).length;
  const lines = [
    title,
    '='.repeat(title.length),
    ...(pairing === 'paired'
      ? unpaired > 0
        ? [`${unpaired} groups are left out: not both were asked the same about them.`]
        : []
      : ['Nothing is paired: fewer than two groups share pictures and questions.']),
    // A run of one group has no number over cells, and says so in its verdict alone.
    ...table.rows.filter(hasNumbers).flatMap(rowLines),
    ...(pairing === 'paired'
      ? [
          `Items that flipped: ${flipped.length} (${gained} right in the second alone, ${flipped.length - gained} in the first alone)`,
        ]
      : []),
    '',
  ];
  const words = verdictText(verdictHeadline(summary), verdict(summary));
  return `${lines.map((line) => ascii(line)).join('\n')}\n${words}`;
}

function hasNumbers([, before, after]: readonly TableValue[]): boolean {
  return before !== null || after !== null;
}

/** A name, and below it the two conditions and the change. */
function rowLines([
  what,
  before,
  after,
  change,
  onlyFirst,
  onlySecond,
  ,
  pHolm,
]: readonly TableValue[]) {
  const tested =
    typeof pHolm === 'number'
      ? ` p ${pHolm < 0.001 ? '< .001' : `= ${number(pHolm)}`} (${String(onlyFirst)} to ${String(onlySecond)})`
      : '';
  return [
    `  ${String(what)}${tested}`,
    `    ${valueWords(before!)} to ${valueWords(after!)}${change === '' ? '' : `: ${valueWords(change!, true)}`}`,
  ];
}

function valueWords(value: TableValue, signed = false): string {
  if (value === null) return 'no data';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? number(value, signed) : interval(value, signed);
}
