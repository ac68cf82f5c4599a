import { useState } from 'react';
import { isRight, type FlippedItem } from '../../results/flipped-items.ts';
import type { RunManifest } from '../../results/manifest.ts';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
import { cellName } from '../store/state.ts';
import { ItemDetails } from './item-details.tsx';

/** Rows drawn at once; the choice of a cell narrows the rest, and the CSV has all. */
const SHOWN = 200;

interface FlippedListProps {
  items: readonly FlippedItem[];
  /** 0 to 8, or undefined for all. */
  cell: number | undefined;
  onCell: (cell: number | undefined) => void;
  manifest: RunManifest;
}

/** Items that one condition got right and the other wrong; one of them in full. */
export function FlippedList({ items, cell, onCell, manifest }: FlippedListProps) {
  const [chosen, setChosen] = useState<string>();
  const shown = items.filter(({ first }) => cell === undefined || first.cell === CELLS[cell]);
  const open = shown.find((item) => keyOf(item) === chosen) ?? shown[0];
  const gained = shown.filter(({ second }) => isRight(second)).length;
  return (
    <div className="items flipped" data-testid="flipped">
      <div className="items-title">
        <h3>Items that flipped</h3>
        <select
          value={cell ?? ''}
          aria-label="Cell of the items that flipped"
          onChange={({ target }) => onCell(target.value === '' ? undefined : Number(target.value))}
        >
          <option value="">all cells</option>
          {CELLS.map((name, at) => (
            <option key={name} value={at}>
              {cellName(name)}
            </option>
          ))}
        </select>
      </div>
      <p className="hint" data-testid="flipped-count">
        {shown.length} {shown.length === 1 ? 'item' : 'items'}: {gained} right in the second alone,{' '}
        {shown.length - gained} in the first alone
        {shown.length > SHOWN ? `; ${SHOWN} shown` : ''}.
      </p>
      {open !== undefined && (
        <div className="items-body">
          <ul className="item-list" aria-label="Items that flipped" data-many>
            {shown.slice(0, SHOWN).map((item) => (
              <li key={keyOf(item)}>
                <button
                  type="button"
                  aria-pressed={item === open}
                  onClick={() => setChosen(keyOf(item))}
                >
                  <ItemWords item={item} />
                </button>
              </li>
            ))}
          </ul>
          <ItemDetails
            records={[shortly(open.first, 'first'), shortly(open.second, 'second')]}
            manifest={manifest}
          />
        </div>
      )}
    </div>
  );
}

function ItemWords({ item: { first, second } }: { item: FlippedItem }) {
  return (
    <>
      <span className="item-caption">
        {first.caption} <small className="hint">{cellName(first.cell)}</small>
      </span>
      <span className="item-there">{first.polarity === 'positive' ? 'there' : 'absent'}</span>
      {[first, second].map((record) => (
        <span key={record.scheme} className="item-answer" title={record.scheme}>
          {record.prediction ?? 'neither'}
          {isRight(record) ? ' ✓' : ' ✗'}
        </span>
      ))}
    </>
  );
}

const LONGEST_NAME = 10;

/** The record under its condition's name, or under a short one where that is long. */
function shortly(record: ProbeRecord, name: string): ProbeRecord {
  return record.scheme.length > LONGEST_NAME ? { ...record, scheme: name } : record;
}

function keyOf({ first }: FlippedItem): string {
  return `${first.group}/${first.cell}/${first.polarity}`;
}
