import { useState } from 'react';
import type { FigureNumbers } from '../../figures/heatmap-numbers.ts';
import type { SavedFigure } from './figure-menu.tsx';

/** More rows than a person reads; all of them are in the exported CSV. */
const MOST_ROWS = 2000;

/** The numbers behind a tab's figures as tables, one figure at a time. Nothing is made before it is opened. */
export function NumbersTable({ figures }: { figures: readonly SavedFigure[] }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const figure = figures.find(({ label }) => label === chosen) ?? figures[0];
  if (figure === undefined) return null;
  return (
    <details className="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers as a table</summary>
      {open && (
        <>
          <select
            aria-label="Numbers of which figure"
            value={figure.label}
            onChange={(event) => setChosen(event.target.value)}
          >
            {figures.map(({ label }) => (
              <option key={label}>{label}</option>
            ))}
          </select>
          <FigureTable figure={figure} />
        </>
      )}
    </details>
  );
}

function FigureTable({ figure }: { figure: SavedFigure }) {
  const { columns, rows, quantities } = withoutQuantities(figure.numbers());
  return (
    <div
      className="statistics dense number-rows"
      tabIndex={0}
      role="region"
      aria-label={figure.label}
    >
      {quantities.length > 0 && <p className="hint">{quantities.join('; ')}</p>}
      <table data-testid="numbers">
        <caption className="visually-hidden">{figure.label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column}>{cellText(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="hint">
          The first {MOST_ROWS} of {rows.length} rows; the exported numbers have all.
        </p>
      )}
    </div>
  );
}

/** What the numbers are stands above the table, once for all maps that say the same. */
function withoutQuantities({ columns, rows }: FigureNumbers) {
  const at = columns.indexOf('quantity');
  if (at < 0) return { columns, rows, quantities: [] };
  return {
    columns: columns.toSpliced(at, 1),
    rows: rows.map((row) => row.toSpliced(at, 1)),
    quantities: [...new Set(rows.map((row) => String(row[at])))],
  };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}
