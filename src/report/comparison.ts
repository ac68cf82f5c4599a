/** Two conditions of a probe side by side: maps on one scale, a table with intervals. */
import {
  biasFigure,
  differenceMap,
  schemeMaps,
  type BiasMapSource,
  type SchemeCells,
} from '../figures/bias-maps.ts';
import type { HeatmapCell, HeatmapData } from '../figures/heatmap.ts';
import { heatmapNumbers } from '../figures/heatmap-numbers.ts';
import type { Condition, ConditionComparison } from '../results/compare-runs.ts';
import { CELLS } from '../results/records.ts';
import type { Measure } from '../results/resampled-schemes.ts';
import type { SchemeSummary } from '../results/summary.ts';
import type { NamedFigure } from './named-figure.ts';
import { columns, type ReportTable, type TableValue } from './report-table.ts';

const QUANTITIES: Readonly<Record<Measure, string>> = {
  accuracy: 'accuracy on positive items',
  balancedAccuracy: 'balanced accuracy',
};

/** A longer name of a difference takes too many lines of a page. */
const LONGEST_NAME = 36;

export interface ComparisonMaps {
  /** The first condition, the second, and the second less the first. */
  readonly maps: readonly [HeatmapData, HeatmapData, HeatmapData];
  readonly source: BiasMapSource;
}

/** What is common to both stands under the maps' titles; cells that McNemar's test finds are marked. */
export function comparisonMaps(
  comparison: ConditionComparison,
  [a, b]: readonly [Condition, Condition],
  measure: Measure,
): ComparisonMaps {
  const { first, second, summary, changes } = comparison;
  const same = <Value>(read: (condition: Condition) => Value) =>
    read(a) === read(b) ? read(a) : undefined;
  const source: BiasMapSource = {
    quantity: QUANTITIES[measure],
    model: same(({ manifest }) => manifest.model.name),
    dataset: same(({ manifest }) => manifest.dataset.name),
    groups: comparison.pairing === 'paired' ? summary.schemes[0]?.across?.groups : undefined,
    seed: same(({ manifest }) => manifest.seed),
  };
  const conditions = [first, second].map((label) =>
    conditionCells(
      label,
      summary.schemes.find(({ scheme }) => scheme.label === label),
      measure,
    ),
  );
  const tests = summary.comparisons[0]?.[measure]?.tests;
  const cells = CELLS.map((name, at): HeatmapCell => {
    const [from, to] = conditions.map((condition) => condition.cells[at]!.value);
    if (from === null || to === null) return { name, value: null };
    const change = changes[measure]?.cells[at];
    return {
      name,
      // Over complete groups where there are any, as interval, test and number of groups are.
      value: change?.value ?? to! - from!,
      n: source.groups,
      ...(change ? { interval: [change.low, change.high] as const } : {}),
      ...(tests ? { marked: tests[at]!.pHolm < 0.05 } : {}),
    } as HeatmapCell;
  });
  const difference = { first, second, cells, rangeChange: changes[measure]?.range.value };
  const [firstMap, secondMap] = schemeMaps(conditions, source);
  const change = differenceMap(difference, source);
  const name = `${second} − ${first}`.length > LONGEST_NAME ? 'second − first' : change.name;
  return { maps: [firstMap!, secondMap!, { ...change, name: name! }], source };
}

function conditionCells(
  label: string,
  found: SchemeSummary | undefined,
  measure: Measure,
): SchemeCells {
  const across = found?.across?.[measure];
  const cells = CELLS.map((name, at): HeatmapCell => {
    const cell = found?.cells[at];
    if (measure === 'accuracy') {
      if (!cell?.accuracy) return { name, value: null };
      const { value, low, high } = cell.accuracy;
      return { name, value, n: cell.n, interval: [low, high] };
    }
    if (!cell || cell.balancedAccuracy === null) return { name, value: null };
    const interval = across?.cells[at];
    return {
      name,
      value: cell.balancedAccuracy,
      n: cell.n + cell.negatives,
      ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
    };
  });
  return { label, cells, range: across?.range.value };
}

/** All three maps in one figure, and the difference alone. */
export function comparisonFigures({ maps, source }: ComparisonMaps, slug: string): NamedFigure[] {
  const figure = (name: string, shown: readonly HeatmapData[]): NamedFigure => ({
    name,
    svg: biasFigure(shown, source),
    numbers: heatmapNumbers(shown),
  });
  return [figure(`comparison-${slug}`, maps), figure(`difference-${slug}`, [maps[2]])];
}

/** Numbers across cells, then every cell with its test; of conditions that have complete groups. */
export function comparisonTable(
  { first, second, summary, changes, pairing }: ConditionComparison,
  measure: Measure,
  slug: string,
): ReportTable {
  const [before, after] = [first, second].map(
    (label) =>
      summary.schemes.find(({ scheme }) => scheme.label === label)?.across?.[measure] ?? null,
  );
  const change = changes[measure];
  const tests = summary.comparisons[0]?.[measure]?.tests;
  const row = (
    name: string,
    read: (of: NonNullable<typeof before>) => TableValue,
    ofChange: TableValue,
    at?: number,
  ): TableValue[] => {
    const test = at === undefined ? undefined : tests?.[at];
    return [
      name,
      before ? read(before) : null,
      after ? read(after) : null,
      ofChange,
      test?.onlyFirst ?? '',
      test?.onlySecond ?? '',
      test?.p ?? '',
      test?.pHolm ?? '',
    ];
  };
  const how =
    pairing === 'paired' ? 'on the same groups' : 'on groups of their own, nothing paired';
  return {
    name: `comparison-${slug}`,
    caption: `${second} against ${first}, ${QUANTITIES[measure]} ${how}; 95 % intervals, exact McNemar with Holm’s correction`,
    columns: columns({
      what: 'text',
      [first]: 'value',
      [second]: 'value',
      change: 'signed',
      'right in the first alone': 'count',
      'right in the second alone': 'count',
      p: 'p',
      'p (Holm)': 'p',
    }),
    rows: [
      row('mean over cells', ({ mean }) => mean, change?.mean ?? null),
      row('standard deviation', ({ sd }) => sd, change?.sd ?? null),
      row('range (max − min)', ({ range }) => range, change?.range ?? null),
      row('range by chance', ({ rangeNull }) => rangeNull.nullMean, ''),
      row('center', ({ center }) => center, change?.center ?? null),
      row('edges', ({ edges }) => edges, change?.edges ?? null),
      row('corners', ({ corners }) => corners, change?.corners ?? null),
      ...CELLS.map((cell, at) =>
        row(cell.replaceAll('_', ' '), ({ cells }) => cells[at]!, change?.cells[at] ?? null, at),
      ),
    ],
  };
}
