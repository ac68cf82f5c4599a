import { useMemo, useState } from 'react';
import type { Cell, ProbeRecord } from '../../results/records.ts';
import { signed } from '../format.ts';
import { GridCanvas } from '../pictures/picture-canvas.tsx';
import { useActions } from '../store/context.tsx';
import { cellName } from '../store/state.ts';

/** Rows drawn at once; the filters narrow the rest. */
const SHOWN = 200;

interface CellItemsProps {
  cell: Cell;
  records: readonly ProbeRecord[];
  labels: readonly string[];
}

/** The items behind a cell: picture, exact prompt, raw output, margin. */
export function CellItems({ cell, records, labels }: CellItemsProps) {
  const actions = useActions();
  const [scheme, setScheme] = useState('');
  const [wrongOnly, setWrongOnly] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const items = useMemo(
    () =>
      records.filter(
        (record) =>
          record.cell === cell &&
          (scheme === '' || record.scheme === scheme) &&
          (!wrongOnly || record.prediction !== record.answer),
      ),
    [records, cell, scheme, wrongOnly],
  );
  const open = items.find(({ key }) => key === chosen) ?? items[0];
  return (
    <div className="items" data-testid="items">
      <div className="items-title">
        <h3>Items: {cellName(cell)}</h3>
        <select
          value={scheme}
          aria-label="Scheme of the items"
          onChange={(event) => setScheme(event.target.value)}
        >
          <option value="">all schemes</option>
          {labels.map((label) => (
            <option key={label}>{label}</option>
          ))}
        </select>
        <label className="check">
          <input
            type="checkbox"
            checked={wrongOnly}
            onChange={(event) => setWrongOnly(event.target.checked)}
          />
          wrong only
        </label>
        <span className="hint" data-testid="item-count">
          {items.length} items{items.length > SHOWN ? `, ${SHOWN} shown` : ''}
        </span>
        <button type="button" className="quiet" onClick={() => actions.openCell(undefined)}>
          Close
        </button>
      </div>
      <div className="items-body">
        <ul className="item-list">
          {items.slice(0, SHOWN).map((record) => (
            <li key={record.key}>
              <button
                type="button"
                aria-pressed={record === open}
                onClick={() => setChosen(record.key)}
              >
                <span>{record.caption}</span>
                <span>{record.scheme}</span>
                <span>
                  {record.prediction ?? 'neither'}
                  {record.prediction === record.answer ? ' ✓' : ' ✗'}
                </span>
                <span>{signed(record.margin)}</span>
              </button>
            </li>
          ))}
        </ul>
        {open === undefined ? (
          <p className="hint">Nothing here yet.</p>
        ) : (
          <div className="item" data-testid="item">
            <GridCanvas ids={open.pictures} label={`Picture of group ${open.group}`} />
            <dl className="facts">
              <dt>asked</dt>
              <dd>
                {open.caption} ({open.polarity === 'positive' ? 'is there' : 'is not there'})
              </dd>
              <dt>raw output</dt>
              <dd>
                <code>{open.output}</code>
                {open.decoded && ' (decoded on: the first token was neither Yes nor No)'}
              </dd>
              <dt>margin</dt>
              <dd>{signed(open.margin, 3)}</dd>
              <dt>group</dt>
              <dd>
                {open.group} · {open.scheme}
              </dd>
            </dl>
            <pre data-testid="item-prompt">{open.prompt}</pre>
          </div>
        )}
      </div>
    </div>
  );
}
