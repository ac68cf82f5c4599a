/** Answers by group and cell: the form in which statistics across cells read them. */
import { CELLS, type Cell, type ProbeRecord } from '../records.ts';

export const CELL_COUNT = CELLS.length;

/** Codes of {@link GroupTable.answers}. */
export const UNPARSED = 0;
export const YES = 1;
export const NO = 2;

/** Groups with all nine cells; a row of nine codes for each, in reading order. */
export interface GroupTable {
  /** Group numbers, ascending. */
  readonly groups: readonly number[];
  /** Answers to the positive items, `[groups, 9]`. */
  readonly positive: Uint8Array;
  /** Answers to the negative items, `[groups, 9]`; null in a run that has no negatives. */
  readonly negative: Uint8Array | null;
  /** Margins of the positive items, `[groups, 9]`. */
  readonly margins: Float64Array;
}

const CODES = { Yes: YES, No: NO } as const;

/** What one group answered, by cell. */
interface GroupAnswers {
  readonly positive: Map<Cell, number>;
  readonly negative: Map<Cell, number>;
  readonly margins: Map<Cell, number>;
}

/** Answers of one scheme's records by group. */
function indexAnswers(records: readonly ProbeRecord[]): Map<number, GroupAnswers> {
  const groups = new Map<number, GroupAnswers>();
  for (const record of records) {
    let group = groups.get(record.group);
    if (!group) {
      group = { positive: new Map(), negative: new Map(), margins: new Map() };
      groups.set(record.group, group);
    }
    const code = record.prediction === null ? UNPARSED : CODES[record.prediction];
    group[record.polarity].set(record.cell, code);
    if (record.polarity === 'positive') group.margins.set(record.cell, record.margin);
  }
  return groups;
}

/**
 * Tables of several schemes over the groups that are complete in all of them, so that row g is the
 * same group in every table.
 * @param schemes the records of each scheme
 */
export function groupTables(schemes: readonly (readonly ProbeRecord[])[]): {
  tables: GroupTable[];
  /** Groups left out because a cell is missing in some scheme. */
  incomplete: number;
} {
  const withNegatives = schemes.some((records) =>
    records.some((record) => record.polarity === 'negative'),
  );
  const indices = schemes.map(indexAnswers);
  const all = [...new Set(indices.flatMap((index) => [...index.keys()]))].sort((a, b) => a - b);
  const groups = all.filter((group) =>
    indices.every((index) => {
      const answers = index.get(group);
      if (answers?.positive.size !== CELL_COUNT) return false;
      return !withNegatives || answers.negative.size === CELL_COUNT;
    }),
  );
  const tables = indices.map((index) => {
    const read = (what: keyof GroupAnswers) =>
      groups.flatMap((group) => CELLS.map((cell) => index.get(group)![what].get(cell)!));
    return {
      groups,
      positive: Uint8Array.from(read('positive')),
      negative: withNegatives ? Uint8Array.from(read('negative')) : null,
      margins: Float64Array.from(read('margins')),
    };
  });
  return { tables, incomplete: all.length - groups.length };
}

/** 1 where the answer is right, else 0; `[groups, 9]`. */
export function rightAnswers(answers: Uint8Array, right: typeof YES | typeof NO): Uint8Array {
  return answers.map((code) => (code === right ? 1 : 0));
}
