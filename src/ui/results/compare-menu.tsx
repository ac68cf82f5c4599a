import {
  strengthCurve,
  strengthCurveNumbers,
  type StrengthCurveData,
} from '../../figures/strength-curve.ts';
import type { ComparisonMaps } from '../../report/comparison.ts';
import { tableCsv, tableLatex, type ReportTable } from '../../report/report-table.ts';
import type { ConditionComparison } from '../../results/compare-runs.ts';
import { flippedToCsv } from '../../results/flipped-items.ts';
import { savedMaps } from './figure-data.ts';
import { FigureMenu, SaveButtons, type SavedFigure } from './figure-menu.tsx';

interface CompareMenuProps {
  drawn: ComparisonMaps;
  table: ReportTable;
  curve: StrengthCurveData | undefined;
  comparison: ConditionComparison;
}

/** What the Compare tab shows, as files. */
export function CompareMenu({ drawn, table, curve, comparison }: CompareMenuProps) {
  const figures: SavedFigure[] = [
    ...savedMaps(drawn.maps, drawn.source, 'all maps'),
    ...(curve === undefined
      ? []
      : [
          {
            label: 'strength curve',
            svg: () => strengthCurve(curve),
            numbers: () => strengthCurveNumbers(curve),
          },
        ]),
  ];
  const { flipped, ...numbers } = comparison;
  const json = () => JSON.stringify({ ...numbers, flipped: flipped.length }, null, 2);
  return (
    <FigureMenu name="comparison" figures={figures}>
      <SaveButtons
        disabled={false}
        files={[
          ['Table', 'comparison.csv', 'text/csv', () => tableCsv(table)],
          ['LaTeX', 'comparison.tex', 'text/x-tex', () => tableLatex(table)],
          ['Flipped items', 'comparison.flipped.csv', 'text/csv', () => flippedToCsv(flipped)],
          ['Summary', 'comparison.json', 'application/json', json],
        ]}
      />
    </FigureMenu>
  );
}
