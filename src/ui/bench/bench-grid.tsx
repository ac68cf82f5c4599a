import { useRef, useState, type KeyboardEvent } from 'react';
import { CELLS } from '../../results/records.ts';
import { GRID_STEPS, stepInGrid } from '../grid-steps.ts';
import { GridCanvas, PictureCanvas } from '../pictures/picture-canvas.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';
import { benchPictures, cellName } from '../store/state.ts';
import { useCaptionOf } from './captions.ts';
import { useGridDrag } from './drag.ts';

/** The 3×3 picture. Pictures are dragged from cell to cell; a click changes a cell's picture. */
export function BenchGrid({ onPick }: { onPick: (cell: number) => void }) {
  const bench = useWorkbench((state) => state.bench)!;
  const actions = useActions();
  const captionOf = useCaptionOf();
  const frame = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number>();
  const pictures = benchPictures(bench);
  const { drag, wasDrag, handlers } = useGridDrag(frame, {
    take: (cell) => pictures[cell] ?? null,
    // The target walks along, so that its answers are seen on the way.
    onEnter(id, cell) {
      if (id === bench.target) actions.moveTarget(cell);
    },
    onDrop(id, from, to) {
      if (id !== bench.target) actions.swapDistractors(from, to);
    },
  });

  function onKeyDown(event: KeyboardEvent, cell: number): void {
    if (event.key === 't') return actions.moveTarget(cell);
    const step = GRID_STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = stepInGrid(cell, ...step);
    frame.current?.querySelectorAll<HTMLElement>('.grid-cell')[next]?.focus();
  }

  return (
    <div
      ref={frame}
      className="grid-frame"
      data-dragging={drag !== undefined || undefined}
      data-own-keys
      {...handlers}
    >
      <GridCanvas ids={pictures} label="The picture that the model sees" />
      {CELLS.map((name, cell) => {
        const isTarget = cell === bench.cell;
        const id = pictures[cell] ?? null;
        const what = id === null ? 'empty' : captionOf(id);
        return (
          <button
            key={name}
            type="button"
            className="grid-cell"
            data-cell={name}
            data-target={isTarget || undefined}
            tabIndex={cell === (focused ?? bench.cell) ? 0 : -1}
            aria-label={`${cellName(name)}: ${what}${isTarget ? ', the target' : ''}. Change the picture.`}
            title={isTarget ? `Target: ${what}` : what}
            onFocus={() => setFocused(cell)}
            onBlur={() => setFocused(undefined)}
            onKeyDown={(event) => onKeyDown(event, cell)}
            onClick={() => {
              if (!wasDrag()) onPick(cell);
            }}
          />
        );
      })}
      {drag && (
        <div className="ghost" style={{ left: `${drag.left}%`, top: `${drag.top}%` }}>
          <PictureCanvas id={drag.id} label="" />
        </div>
      )}
    </div>
  );
}
