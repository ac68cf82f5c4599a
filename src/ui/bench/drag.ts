import { useRef, useState, type PointerEvent, type RefObject } from 'react';

/** Pointer travel in CSS pixels from which a press is a drag and not a click. */
const DRAG_FROM = 6;

/** A picture under way: which, where it was taken up, where the pointer is in percent of the frame. */
export interface Drag {
  readonly id: string;
  readonly from: number;
  readonly left: number;
  readonly top: number;
}

interface GridDrag {
  readonly drag: Drag | undefined;
  /** Whether the press that just ended was a drag: then its click means nothing. */
  wasDrag(): boolean;
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLElement>): void;
    onPointerMove(event: PointerEvent<HTMLElement>): void;
    onPointerUp(event: PointerEvent<HTMLElement>): void;
    onPointerCancel(): void;
  };
}

export interface DragHandlers {
  /** The picture of a cell that is taken up; null where there is none to drag. */
  take(cell: number): string | null;
  /** The pointer is in a cell, on its way. */
  onEnter(id: string, cell: number): void;
  /** It let go in a cell. */
  onDrop(id: string, from: number, to: number): void;
}

/** Dragging pictures from cell to cell of a 3×3 frame. */
export function useGridDrag(
  frame: RefObject<HTMLElement | null>,
  { take, onEnter, onDrop }: DragHandlers,
): GridDrag {
  const press = useRef<{ id: string; cell: number; x: number; y: number }>(undefined);
  const dragged = useRef(false);
  const [drag, setDrag] = useState<Drag>();

  function place(event: PointerEvent): { left: number; top: number; cell: number | undefined } {
    const box = frame.current!.getBoundingClientRect();
    const [across, down] = [
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    ];
    const inside = across >= 0 && across < 1 && down >= 0 && down < 1;
    const cell = inside ? Math.floor(down * 3) * 3 + Math.floor(across * 3) : undefined;
    return { left: across * 100, top: down * 100, cell };
  }

  function end(): void {
    press.current = undefined;
    setDrag(undefined);
  }

  return {
    drag,
    wasDrag() {
      const was = dragged.current;
      dragged.current = false;
      return was;
    },
    handlers: {
      onPointerDown(event) {
        dragged.current = false;
        const { cell } = place(event);
        const id = cell === undefined ? null : take(cell);
        if (cell === undefined || id === null || event.button !== 0) return;
        press.current = { id, cell, x: event.clientX, y: event.clientY };
      },
      onPointerMove(event) {
        const from = press.current;
        if (from === undefined) return;
        const travel = Math.hypot(event.clientX - from.x, event.clientY - from.y);
        if (!dragged.current && travel < DRAG_FROM) return;
        if (!dragged.current) {
          dragged.current = true;
          frame.current!.setPointerCapture(event.pointerId);
        }
        const { left, top, cell } = place(event);
        setDrag({ id: from.id, from: from.cell, left, top });
        if (cell !== undefined) onEnter(from.id, cell);
      },
      onPointerUp(event) {
        const from = press.current;
        const { cell } = place(event);
        if (from !== undefined && dragged.current && cell !== undefined) {
          onDrop(from.id, from.cell, cell);
        }
        end();
      },
      onPointerCancel: end,
    },
  };
}
