/** Horizontal rules of a chart with their numbers at the left. */
import { element, type SvgElement } from './svg.ts';
import type { FigureTheme } from './theme.ts';

/** Where the rules begin, how long they are, and how high a value stands; in pixels. */
export interface ValueGrid {
  readonly left: number;
  readonly inner: number;
  readonly y: (value: number) => number;
}

export function valueGrid(
  { left, inner, y }: ValueGrid,
  values: readonly number[],
  nameOf: (value: number) => string,
  theme: FigureTheme,
): SvgElement[] {
  return values.flatMap((value) => [
    element('line', { x1: left, x2: left + inner, y1: y(value), y2: y(value), stroke: theme.rule }),
    element(
      'text',
      {
        x: left - 8,
        y: y(value) + 3.5,
        'text-anchor': 'end',
        'font-size': 10.5,
        fill: theme.mutedInk,
      },
      nameOf(value),
    ),
  ]);
}
