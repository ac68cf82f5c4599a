import { useEffect, useRef, type KeyboardEvent } from 'react';
import { colorOf, inkOn } from '../../figures/color-scale.ts';
import { formatNumber, type HeatmapData } from '../../figures/heatmap.ts';
import { GRID_STEPS, stepInGrid } from '../grid-steps.ts';
import { cellName } from '../store/state.ts';
import { ColorLegend } from './color-legend.tsx';

interface BiasMapProps {
  map: HeatmapData;
  /** The cell whose items are open, where they are this map's. */
  open?: number | undefined;
  /** Opens a cell's items. Left out, cells are no buttons. */
  onOpen?: (cell: number) => void;
}

/** A 3×3 map on the page in the exported figure's colours. */
export function BiasMap({ map, open, onOpen }: BiasMapProps) {
  const grid = useRef<HTMLDivElement>(null);
  const wasOpen = useRef<number>(undefined);
  const name = map.name ?? map.title;

  function cellButton(cell: number): HTMLElement | undefined {
    return grid.current?.querySelectorAll<HTMLElement>('button')[cell];
  }

  // Closed items hand the focus back, unless it went elsewhere meanwhile.
  useEffect(() => {
    const before = wasOpen.current;
    wasOpen.current = open;
    if (open !== undefined || before === undefined) return;
    if (document.activeElement === document.body) cellButton(before)?.focus();
  }, [open]);

  function onKeyDown(event: KeyboardEvent, cell: number): void {
    const step = GRID_STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    cellButton(stepInGrid(cell, ...step))?.focus();
  }

  return (
    <figure className="map" data-map={name}>
      <figcaption>{name}</figcaption>
      <div ref={grid} className="map-grid" data-own-keys role="group" aria-label={name}>
        {map.cells.map(({ name: cellId, value, n, interval, marked }, cell) => {
          const fill = value === null ? undefined : colorOf(map.scale, value);
          const number = (shown: number) => formatNumber(shown, map.signed, map.digits);
          const shown = value === null ? 'no data' : number(value);
          const ends = interval?.map(number).join(', ');
          const between = ends === undefined ? '' : ` [${ends}]`;
          const details = `${shown}${between}${n === undefined ? '' : `, n = ${n}`}`;
          const mark = marked ? ', differs by McNemar’s test (Holm)' : '';
          const looks = {
            'data-cell': cellId,
            'data-value': value ?? undefined,
            'data-marked': marked || undefined,
            className: value === null ? 'hatched' : '',
            style: fill === undefined ? undefined : { background: fill, color: inkOn(fill) },
            title: `${cellName(cellId)}: ${details}${mark}`,
          };
          // A sign takes the room of the leading zero.
          const text =
            map.signed || Number(value) < 0 ? shown.replace(/^([+−]?)0\./, '$1.') : shown;
          if (onOpen === undefined)
            return (
              <div key={cellId} {...looks}>
                {text}
              </div>
            );
          return (
            <button
              key={cellId}
              type="button"
              {...looks}
              data-open={open === cell || undefined}
              tabIndex={cell === (open ?? 0) ? 0 : -1}
              aria-label={`${name}, ${cellName(cellId)}: ${map.quantity} ${details}${mark}. Open its items.`}
              onClick={() => onOpen(cell)}
              onKeyDown={(event) => onKeyDown(event, cell)}
            >
              {text}
            </button>
          );
        })}
      </div>
      <ColorLegend {...map} />
    </figure>
  );
}
