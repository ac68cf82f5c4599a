/** Records with chosen answers, for tests of what is computed from them. */
import { CELLS, type Polarity, type ProbeRecord, type Scheme } from '../records.ts';
import { STANDARD } from '../scheme.ts';

export interface RecordChoice {
  readonly group: number;
  readonly cell: number;
  readonly polarity: Polarity;
  readonly scheme?: Scheme;
  readonly prediction: 'Yes' | 'No' | null;
  readonly margin?: number;
  readonly caption?: string;
  readonly output?: string;
}

/** One record; what is not chosen is plain. */
export function makeRecord(choice: RecordChoice): ProbeRecord {
  const { group, cell, polarity, prediction, scheme = STANDARD, caption = 'red apple' } = choice;
  const name = CELLS[cell]!;
  return {
    key: `${group}/${name}/${polarity}/${scheme.label}`,
    index: (group * 9 + cell) * 2 + (polarity === 'positive' ? 0 : 1),
    group,
    cell: name,
    polarity,
    scheme: scheme.label,
    strength: scheme.strength,
    imageHash: 'ab'.repeat(32),
    pictures: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', null],
    caption,
    prompt: `Is there a ${caption}?\n`,
    answer: polarity === 'positive' ? 'Yes' : 'No',
    prediction,
    output: choice.output ?? prediction ?? 'Maybe',
    margin: choice.margin ?? 1.5,
    decoded: prediction === null,
    milliseconds: 3,
  };
}

/**
 * A run from rows of nine characters, one row a group: `1` right, `0` wrong, `?` unparsed, ` ` missing.
 */
export function makeRun(
  rows: { readonly positive: readonly string[]; readonly negative?: readonly string[] },
  scheme: Scheme = STANDARD,
): ProbeRecord[] {
  const records: ProbeRecord[] = [];
  for (const polarity of ['positive', 'negative'] as const) {
    (rows[polarity] ?? []).forEach((row, group) => {
      [...row].forEach((mark, cell) => {
        if (mark === ' ') return;
        const yes = (mark === '1') === (polarity === 'positive');
        const prediction = mark === '?' ? null : yes ? 'Yes' : 'No';
        records.push(makeRecord({ group, cell, polarity, scheme, prediction }));
      });
    });
  }
  return records;
}
