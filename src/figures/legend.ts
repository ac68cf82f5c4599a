/** A bar of a scale's colours with its ends, its middle and what the numbers are. */
import { colorOf, type ColorScale } from './color-scale.ts';
import { formatNumber } from './number-text.ts';
import { element, type SvgElement } from './svg.ts';
import type { FigureTheme } from './theme.ts';

export interface LegendData {
  readonly scale: ColorScale;
  /** What the numbers are, e.g. `accuracy`. */
  readonly quantity: string;
  /** Writes a sign before positive values. */
  readonly signed?: boolean;
  /** Decimals; two where absent. */
  readonly digits?: number | undefined;
}

/** Where a legend stands; `id` names its gradient and must be the only one in the document. */
export interface LegendPlace {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Height of the bar alone; its words take 30 more pixels below. */
export const LEGEND_HEIGHT = 10;

const STOPS = 21;

export function colorLegend(
  { scale, quantity, signed, digits }: LegendData,
  theme: FigureTheme,
  { id, x, y, width }: LegendPlace,
): SvgElement[] {
  const [low, high] = scale.domain;
  const stops = Array.from({ length: STOPS }, (_, index) => {
    const share = index / (STOPS - 1);
    const color = colorOf(scale, low + (high - low) * share);
    return element('stop', { offset: share, 'stop-color': color });
  });
  const bar = { x, y, width, height: LEGEND_HEIGHT };
  const ends: [number, number, string][] = [
    [low, x, 'start'],
    [(low + high) / 2, x + width / 2, 'middle'],
    [high, x + width, 'end'],
  ];
  const small = { 'font-size': 10.5, fill: theme.mutedInk };
  const textY = y + LEGEND_HEIGHT + 14;
  return [
    element('defs', {}, element('linearGradient', { id }, ...stops)),
    element('rect', { ...bar, fill: `url(#${id})` }),
    ...ends.map(([value, textX, anchor]) =>
      element(
        'text',
        { x: textX, y: textY, 'text-anchor': anchor, ...small },
        formatNumber(value, signed, digits),
      ),
    ),
    element(
      'text',
      { x: x + width / 2, y: textY + 15, 'text-anchor': 'middle', ...small },
      quantity,
    ),
  ];
}
