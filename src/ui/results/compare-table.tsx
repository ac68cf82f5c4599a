import type { ReportTable, TableValue } from '../../report/report-table.ts';
import { plain, signed } from '../format.ts';

/** Two conditions in numbers with 95 % intervals, then every cell with its test. */
export function CompareTable({ table }: { table: ReportTable }) {
  const [, first, second] = table.columns;
  return (
    <div className="statistics dense compare-table" data-testid="compare-table">
      <table>
        <caption className="visually-hidden">{table.caption}</caption>
        <thead>
          <tr>
            <th scope="col">95 % intervals</th>
            <th scope="col">{first!.name}</th>
            <th scope="col">{second!.name}</th>
            <th scope="col">change</th>
            <th scope="col" title="exact McNemar, Holm over nine cells">
              p
            </th>
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([what, before, after, change, , , , pHolm]) => (
            <tr key={String(what)}>
              <th scope="row">{String(what)}</th>
              <td>{text(before!)}</td>
              <td>{text(after!)}</td>
              <td>{text(change!, true)}</td>
              <td>{typeof pHolm === 'number' ? pText(pHolm) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Under its heading the number is enough. */
function pText(p: number): string {
  return p < 0.001 ? '<\u00a0.001' : p.toFixed(3).replace(/^0/, '');
}

function text(value: TableValue, isChange = false): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  const number = (of: number) => (isChange ? signed(of, 2) : plain(of));
  if (typeof value === 'number') return number(value);
  return `${number(value.value)} [${number(value.low)},\u00a0${number(value.high)}]`;
}
