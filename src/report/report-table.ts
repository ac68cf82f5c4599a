/** A table of a report, and how its values are written: for people, for spreadsheets, for papers. */
import { formatNumber } from '../figures/number-text.ts';
import { tableToCsv } from '../results/csv.ts';
import type { Estimate } from '../results/statistics/wilson.ts';

/** Null is missing, never zero. */
export type TableValue = string | number | Estimate | null;

/** `value` has three decimals, `signed` also a sign, `p` is a probability, `one` has one decimal. */
export type ColumnKind = 'text' | 'count' | 'value' | 'signed' | 'one' | 'p';

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

export interface ReportTable {
  /** File name without its ending, unique in the run. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableValue[])[];
}

/** A column of each kind by its name. */
export function columns(kinds: Readonly<Record<string, ColumnKind>>): TableColumn[] {
  return Object.entries(kinds).map(([name, kind]) => ({ name, kind }));
}

/** An estimate whose interval may be missing, as a table takes it. */
export function estimateValue(
  estimate: { readonly value: number; readonly interval: readonly [number, number] | null } | null,
): TableValue {
  if (estimate === null) return null;
  const { value, interval } = estimate;
  return interval ? { value, low: interval[0], high: interval[1] } : value;
}

/** As people read it: `0.913 [0.880, 0.930]`, `< 0.001`, `no data`. */
export function valueText(value: TableValue, kind: ColumnKind): string {
  if (value === null) return 'no data';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value, kind);
  const { low, high } = value;
  return `${numberText(value.value, kind)} [${numberText(low, kind)}, ${numberText(high, kind)}]`;
}

function numberText(value: number, kind: ColumnKind): string {
  switch (kind) {
    case 'count':
    case 'text':
      return String(value);
    case 'one':
      return formatNumber(value, false, 1);
    case 'p':
      return value < 0.001 ? '< 0.001' : formatNumber(value, false, 3);
    default:
      return formatNumber(value, kind === 'signed', 3);
  }
}

/** As a CSV of unrounded numbers; an interval takes two columns more. */
export function tableCsv({ columns, rows }: ReportTable): string {
  const wide = columns.map((_, at) => rows.some((row) => isEstimate(row[at]!)));
  return tableToCsv({
    columns: columns.flatMap(({ name }, at) =>
      wide[at] ? [name, `${name}, low`, `${name}, high`] : [name],
    ),
    rows: rows.map((row) =>
      row.flatMap((value, at) => {
        if (!wide[at]) return [value];
        return isEstimate(value) ? [value.value, value.low, value.high] : [value, null, null];
      }),
    ),
  });
}

function isEstimate(value: TableValue): value is Estimate {
  return typeof value === 'object' && value !== null;
}

/**
 * As a LaTeX `tabular` of plain LaTeX, to be read with `\input` inside a `table`; UTF-8. The caption
 * stands in its first line, as a comment.
 */
export function tableLatex({ caption, columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\`;
  const alignment = columns.map(({ kind }) => (kind === 'text' ? 'l' : 'r')).join('');
  return [
    `% ${caption.replaceAll(/\s+/g, ' ')}`,
    `\\begin{tabular}{${alignment}}`,
    '\\hline',
    line(columns.map(({ name }) => latexText(name))),
    '\\hline',
    ...rows.map((row) =>
      line(row.map((value, at) => latexText(valueText(value, columns[at]!.kind)))),
    ),
    '\\hline',
    '\\end{tabular}',
    '',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '−': '$-$',
  '′': "$'$",
};

/** Text as LaTeX prints it; a bracket at a row's start would be taken for an argument of `\\`. */
export function latexText(text: string): string {
  const escaped = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\{}$&#%_^~<>|"−′]/g, (character) => LATEX[character]!);
  return /^[[*]/.test(escaped) ? `{}${escaped}` : escaped;
}
