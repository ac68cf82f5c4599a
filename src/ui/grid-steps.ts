/** The arrow keys in a 3×3 grid: rows and columns to go. */
export const GRID_STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell (0 to 8) some rows and columns on; it stops at the edges. */
export function stepInGrid(cell: number, rows: number, columns: number): number {
  const clamp = (place: number) => Math.min(2, Math.max(0, place));
  return clamp(Math.floor(cell / 3) + rows) * 3 + clamp((cell % 3) + columns);
}
