import { useRef, useState, type PointerEvent } from 'react';
import { CELLS } from '../../results/records.ts';
import { GridCanvas } from '../pictures/picture-canvas.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';
import { benchPictures, cellName } from '../store/state.ts';
import { useCaptionOf } from './captions.ts';

/** Pointer travel in CSS pixels from which a press on the target is a drag and not a click. */
const DRAG_FROM = 6;

interface Press {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
}

/** The 3×3 picture. The target is dragged from cell to cell; a click changes a cell's picture. */
export function BenchGrid({ onPick }: { onPick: (cell: number) => void }) {
  const bench = useWorkbench((state) => state.bench)!;
  const actions = useActions();
  const captionOf = useCaptionOf();
  const frame = useRef<HTMLDivElement>(null);
  const press = useRef<Press>(undefined);
  const dragged = useRef(false);
  const [dragging, setDragging] = useState(false);
  const pictures = benchPictures(bench);

  function cellAt(event: PointerEvent): number | undefined {
    const box = frame.current!.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * 3);
    const row = Math.floor(((event.clientY - box.top) / box.height) * 3);
    const inside = column >= 0 && column < 3 && row >= 0 && row < 3;
    return inside ? row * 3 + column : undefined;
  }

  function onPointerDown(event: PointerEvent<HTMLDivElement>): void {
    dragged.current = false;
    const cell = cellAt(event);
    if (cell !== bench.cell || event.button !== 0) return;
    press.current = { cell, x: event.clientX, y: event.clientY };
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>): void {
    const from = press.current;
    if (from === undefined) return;
    const travel = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    if (!dragged.current && travel < DRAG_FROM) return;
    if (!dragged.current) {
      dragged.current = true;
      frame.current!.setPointerCapture(event.pointerId);
      setDragging(true);
    }
    const cell = cellAt(event);
    if (cell !== undefined) actions.moveTarget(cell);
  }

  function onPointerUp(): void {
    press.current = undefined;
    setDragging(false);
  }

  return (
    <div
      ref={frame}
      className="grid-frame"
      data-dragging={dragging || undefined}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
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
            aria-label={`${cellName(name)}: ${what}${isTarget ? ', the target' : ''}. Change the picture.`}
            title={isTarget ? `Target: ${what}` : what}
            onClick={() => {
              if (dragged.current) dragged.current = false;
              else onPick(cell);
            }}
          />
        );
      })}
    </div>
  );
}
