import type { HeatmapData } from './heatmap.ts';

/** The numbers behind a figure as a table: null where there is none. */
export interface FigureNumbers {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** One row for each cell of each map. */
export function heatmapNumbers(maps: readonly HeatmapData[]): FigureNumbers {
  return {
    columns: ['map', 'quantity', 'cell', 'value', 'low', 'high', 'n'],
    rows: maps.flatMap(({ name, title, quantity, cells }) =>
      cells.map(({ name: cell, value, interval, n }) => [
        name ?? title,
        quantity,
        cell,
        value,
        interval?.[0] ?? null,
        interval?.[1] ?? null,
        n ?? null,
      ]),
    ),
  };
}
