import { useEffect, useMemo, useRef, useState } from 'react';
import type { RunManifest } from '../../results/manifest.ts';
import type { Cell, ProbeRecord } from '../../results/records.ts';
import { signed } from '../format.ts';
import { useActions } from '../store/context.tsx';
import { cellName } from '../store/state.ts';
import { schemeLabels } from './figure-data.ts';
import { ItemDetails } from './item-details.tsx';
import { isWrong, itemRows } from './item-rows.ts';

/** Rows drawn at once; the filters narrow the rest. */
const SHOWN = 200;

interface CellItemsProps {
  cell: Cell;
  /** The schemes of the map that was clicked. */
  chosenSchemes: readonly string[];
  records: readonly ProbeRecord[];
  manifest: RunManifest | undefined;
}

/** The items behind a cell of a map: which question, which answers; one of them in full. */
export function CellItems({ cell, chosenSchemes, records, manifest }: CellItemsProps) {
  const actions = useActions();
  const heading = useRef<HTMLHeadingElement>(null);
  const labels = schemeLabels(records);
  const [schemes, setSchemes] = useState(chosenSchemes);
  const [wrongOnly, setWrongOnly] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const rows = useMemo(
    () =>
      itemRows(records, cell, schemes).filter(
        (row) => !wrongOnly || row.records.some((record) => isWrong(record)),
      ),
    [records, cell, schemes, wrongOnly],
  );
  const open = rows.find(({ key }) => key === chosen) ?? rows[0];
  // Whoever opened the items by keyboard goes on here, and hears what they are.
  useEffect(() => heading.current?.focus(), []);
  const choices = [...labels.map((label) => [label]), ...(labels.length > 1 ? [labels] : [])];
  return (
    <div className="items" data-testid="items">
      <div className="items-title">
        <h3 ref={heading} tabIndex={-1}>
          Items: {cellName(cell)}
        </h3>
        <button type="button" className="quiet" onClick={() => actions.openCell(undefined)}>
          Close
        </button>
      </div>
      <div className="items-filters">
        <select
          value={schemes.join(' ')}
          aria-label="Scheme of the items"
          onChange={(event) =>
            setSchemes(choices.find((choice) => choice.join(' ') === event.target.value) ?? labels)
          }
        >
          {choices.map((choice) => (
            <option key={choice.join(' ')} value={choice.join(' ')}>
              {choice.join(' and ')}
            </option>
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
          {rows.length} {rows.length === 1 ? 'item' : 'items'}
          {rows.length > SHOWN ? `, ${SHOWN} shown` : ''}
        </span>
      </div>
      {open === undefined ? (
        <p className="hint">
          {wrongOnly
            ? 'No wrong answer in this cell.'
            : 'No item of this cell has been answered yet.'}
        </p>
      ) : (
        <div className="items-body">
          <ul
            className="item-list"
            aria-label="Items"
            data-many={open.records.length > 1 || undefined}
          >
            <li className="item-head" aria-hidden="true">
              <span className="item-caption">asked for</span>
              <span className="item-there">it is</span>
              {open.records.map(({ scheme }) => (
                <span key={scheme} className="item-answer">
                  {scheme}
                </span>
              ))}
            </li>
            {rows.slice(0, SHOWN).map((row) => (
              <li key={row.key}>
                <button
                  type="button"
                  aria-pressed={row === open}
                  onClick={() => setChosen(row.key)}
                >
                  <ItemWords records={row.records} />
                </button>
              </li>
            ))}
          </ul>
          <ItemDetails records={open.records} manifest={manifest} />
        </div>
      )}
    </div>
  );
}

/** One line: what was asked, whether it is there, and each scheme's answer and margin. */
function ItemWords({ records }: { records: readonly ProbeRecord[] }) {
  const { caption, polarity } = records[0]!;
  return (
    <>
      <span className="item-caption">{caption}</span>
      <span className="item-there">{polarity === 'positive' ? 'there' : 'absent'}</span>
      {records.map((record) => (
        <span key={record.scheme} className="item-answer" title={record.scheme}>
          {record.prediction ?? 'neither'}
          {isWrong(record) ? ' ✗ ' : ' ✓ '}
          <small>{signed(record.margin, 2)}</small>
        </span>
      ))}
    </>
  );
}
