/** Items that one condition got right and the other wrong. */
import { tableToCsv } from './csv.ts';
import { CELLS, type ProbeRecord } from './records.ts';

export interface FlippedItem {
  readonly first: ProbeRecord;
  readonly second: ProbeRecord;
}

/** Of items that both were asked, in the run's order. */
export function flippedItems(
  first: readonly ProbeRecord[],
  second: readonly ProbeRecord[],
): FlippedItem[] {
  const key = ({ group, cell, polarity }: ProbeRecord) => `${group}/${cell}/${polarity}`;
  const others = new Map(second.map((record) => [key(record), record]));
  return first
    .flatMap((record) => {
      const other = others.get(key(record));
      return other !== undefined && isRight(other) !== isRight(record)
        ? [{ first: record, second: other }]
        : [];
    })
    .sort(
      (a, b) =>
        a.first.group - b.first.group ||
        CELLS.indexOf(a.first.cell) - CELLS.indexOf(b.first.cell) ||
        b.first.polarity.localeCompare(a.first.polarity),
    );
}

export function isRight({ prediction, answer }: ProbeRecord): boolean {
  return prediction === answer;
}

/** A row for each item: what was asked of which pictures, and both answers with their margins. */
export function flippedToCsv(items: readonly FlippedItem[]): string {
  return tableToCsv({
    columns: [
      'group',
      'cell',
      'polarity',
      'caption',
      'right under',
      'first output',
      'first margin',
      'second output',
      'second margin',
      'imageHash',
      'pictures',
    ],
    rows: items.map(({ first, second }) => [
      first.group,
      first.cell,
      first.polarity,
      first.caption,
      isRight(first) ? first.scheme : second.scheme,
      first.output,
      first.margin,
      second.output,
      second.margin,
      first.imageHash,
      JSON.stringify(first.pictures),
    ]),
  });
}
