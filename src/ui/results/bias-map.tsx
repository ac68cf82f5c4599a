import { useRef, type KeyboardEvent } from 'react';
import { colorOf, inkOn } from '../../figures/color-scale.ts';
import { formatNumber, type HeatmapData } from '../../figures/heatmap.ts';
import { cellName } from '../store/state.ts';

interface BiasMapProps {
  map: HeatmapData;
  open: number | undefined;
  onOpen: (cell: number) => void;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -3,
  ArrowDown: 3,
};

/** A 3×3 map on the page: the exported figure's colours, and each cell opens its items. */
export function BiasMap({ map, open, onOpen }: BiasMapProps) {
  const grid = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent, cell: number): void {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = cell + step;
    const sameRow = Math.floor(next / 3) === Math.floor(cell / 3);
    if (next < 0 || next > 8 || (Math.abs(step) === 1 && !sameRow)) return;
    grid.current?.querySelectorAll<HTMLElement>('button')[next]?.focus();
  }

  return (
    <figure className="map" data-map={map.title}>
      <figcaption>{map.title}</figcaption>
      <div ref={grid} className="map-grid" data-own-keys role="group" aria-label={map.title}>
        {map.cells.map(({ name, value, n, interval }, cell) => {
          const fill = value === null ? undefined : colorOf(map.scale, value);
          const shown = value === null ? 'no data' : formatNumber(value, map.signed);
          const between = interval && ` [${interval.map((end) => formatNumber(end)).join(', ')}]`;
          const details = `${shown}${between ?? ''}${n === undefined ? '' : `, n = ${n}`}`;
          return (
            <button
              key={name}
              type="button"
              data-cell={name}
              data-value={value ?? undefined}
              data-open={open === cell || undefined}
              className={value === null ? 'hatched' : ''}
              style={fill === undefined ? undefined : { background: fill, color: inkOn(fill) }}
              tabIndex={cell === (open ?? 0) ? 0 : -1}
              title={`${cellName(name)}: ${details}`}
              aria-label={`${map.title}, ${cellName(name)}: ${map.quantity} ${details}. Open its items.`}
              onClick={() => onOpen(cell)}
              onKeyDown={(event) => onKeyDown(event, cell)}
            >
              {shown}
            </button>
          );
        })}
      </div>
      <Legend map={map} />
    </figure>
  );
}

const LEGEND_STEPS = 24;

function Legend({ map }: { map: HeatmapData }) {
  const [low, high] = map.scale.domain;
  return (
    <div className="legend" aria-hidden="true">
      <span>{formatNumber(low, map.signed)}</span>
      <span className="legend-bar">
        {Array.from({ length: LEGEND_STEPS }, (_, step) => (
          <i
            key={step}
            style={{
              background: colorOf(map.scale, low + ((high - low) * (step + 0.5)) / LEGEND_STEPS),
            }}
          />
        ))}
      </span>
      <span>{formatNumber(high, map.signed)}</span>
    </div>
  );
}
