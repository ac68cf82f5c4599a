/** How accuracy and bias run along the balance strength, each with its band. */
import { nice, ticks } from 'd3-array';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { figureHead } from './image-map.ts';
import { formatNumber } from './number-text.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';
import { valueGrid } from './value-grid.ts';

/** A value with its 95 % interval. */
export interface Banded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface CurvePoint {
  /** 0 to 1. */
  readonly strength: number;
  readonly mean: Banded;
  readonly range: Banded;
  /** The mean range where positions are shuffled inside groups. */
  readonly chanceRange: number;
  /** Probability of a range as large by chance. */
  readonly p: number;
}

export interface StrengthCurveData {
  readonly title: string;
  readonly lines?: readonly (string | undefined)[];
  /** What is averaged, e.g. `accuracy on positive items`. */
  readonly quantity: string;
  /** Strengths ascending. */
  readonly points: readonly CurvePoint[];
  /** In pixels; below {@link NARROW} the legend stands in a column. */
  readonly width?: number;
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const WIDTH = 560;
const NARROW = 540;
const LEFT = 56;
const RIGHT = 24;
const LEGEND_TOP = 70;
const LEGEND_STEP = 16;
const HEIGHT = 220;
const BELOW = 48;

interface Axes {
  readonly top: number;
  readonly inner: number;
  readonly x: (strength: number) => number;
  readonly y: (value: number) => number;
}

/** The chart as a whole SVG document; both numbers share the axis, which begins at 0. */
export function strengthCurve(data: StrengthCurveData): string {
  const { title, lines = [], quantity, points } = data;
  const theme = data.theme ?? LIGHT;
  const [, high] = nice(
    0,
    // A model that is always wrong has neither.
    Math.max(...points.flatMap(({ mean, range }) => [mean.high, range.high])) || 1,
    4,
  );
  const width = data.width ?? WIDTH;
  const inner = width - LEFT - RIGHT;
  const top = LEGEND_TOP + 22 + (width < NARROW ? 2 * LEGEND_STEP : 0);
  const axes: Axes = {
    top,
    inner,
    x: (strength) => LEFT + strength * inner,
    y: (value) => top + HEIGHT - (value / high) * HEIGHT,
  };
  const [meanColor, rangeColor] = [theme.series[0]!, theme.series[1]!];
  const chance = points.map(({ strength, chanceRange }) => ({ strength, value: chanceRange }));
  const curve = (of: 'mean' | 'range') =>
    points.map((point) => ({ strength: point.strength, ...point[of] }));
  return render(
    document(width, top + HEIGHT + BELOW, title, describe(data), theme, [
      ...figureHead({ title, lines }, theme, LEFT),
      ...legend(quantity, width < NARROW, theme),
      ...valueGrid(
        { left: LEFT, ...axes },
        ticks(0, high, 4),
        (value) => formatNumber(value),
        theme,
      ),
      ...strengthTicks(points, axes, theme),
      band(curve('mean'), axes, meanColor),
      band(curve('range'), axes, rangeColor),
      line(chance, axes, {
        stroke: rangeColor,
        'stroke-dasharray': '2 3',
        'data-series': 'chance',
      }),
      line(curve('mean'), axes, { stroke: meanColor, 'data-series': 'mean' }),
      line(curve('range'), axes, { stroke: rangeColor, 'data-series': 'range' }),
      ...curve('mean').map((point) => dot(point, axes, meanColor)),
      ...curve('range').map((point) => dot(point, axes, rangeColor)),
    ]),
  );
}

function strengthTicks(
  points: readonly CurvePoint[],
  { x, top, inner }: Axes,
  theme: FigureTheme,
): SvgElement[] {
  const small = { 'text-anchor': 'middle', 'font-size': 10.5, fill: theme.mutedInk };
  const bottom = top + HEIGHT;
  return [
    ...points.flatMap(({ strength }) => [
      element('line', {
        x1: x(strength),
        x2: x(strength),
        y1: bottom,
        y2: bottom + 4,
        stroke: theme.mutedInk,
      }),
      element('text', { x: x(strength), y: bottom + 16, ...small }, String(strength)),
    ]),
    element(
      'text',
      { x: LEFT + inner / 2, y: bottom + 36, ...small },
      'balance strength (0 standard, 1 balanced)',
    ),
  ];
}

interface Place {
  readonly strength: number;
  readonly value: number;
}

function at({ x, y }: Axes, strength: number, value: number): string {
  return `${round(x(strength))},${round(y(value))}`;
}

function band(points: readonly (Place & Banded)[], axes: Axes, fill: string): SvgElement {
  const above = points.map(({ strength, high }) => at(axes, strength, high));
  const below = points.map(({ strength, low }) => at(axes, strength, low)).reverse();
  return element('polygon', { points: [...above, ...below].join(' '), fill, 'fill-opacity': 0.16 });
}

function line(
  points: readonly Place[],
  axes: Axes,
  looks: Readonly<Record<string, string>>,
): SvgElement {
  return element('polyline', {
    points: points.map(({ strength, value }) => at(axes, strength, value)).join(' '),
    fill: 'none',
    'stroke-width': 1.6,
    'stroke-linejoin': 'round',
    ...looks,
  });
}

function dot({ strength, value }: Place, { x, y }: Axes, fill: string): SvgElement {
  return element('circle', { cx: x(strength), cy: y(value), r: 2.6, fill });
}

function legend(quantity: string, isColumn: boolean, theme: FigureTheme): SvgElement[] {
  const entries = [
    { label: `mean ${quantity}`, stroke: theme.series[0], dashes: undefined },
    { label: 'range (max − min)', stroke: theme.series[1], dashes: undefined },
    { label: 'range by chance', stroke: theme.series[1], dashes: '2 3' },
  ];
  // The first name is the longest.
  const places = [LEFT, LEFT + 232, LEFT + 372];
  return entries.flatMap(({ label, stroke, dashes }, index) => {
    const x = isColumn ? LEFT : places[index]!;
    const y = LEGEND_TOP + (isColumn ? index * LEGEND_STEP : 0);
    return [
      element('line', {
        x1: x,
        x2: x + 22,
        y1: y,
        y2: y,
        'stroke-width': 1.6,
        stroke,
        'stroke-dasharray': dashes,
      }),
      element('text', { x: x + 28, y: y + 4, 'font-size': 11, fill: theme.ink }, label),
    ];
  });
}

/** Every value, for readers that cannot see it. */
function describe({ title, quantity, points }: StrengthCurveData): string {
  const words = points.map(
    ({ strength, mean, range }) =>
      `strength ${strength}: mean ${formatNumber(mean.value)}, range ${formatNumber(range.value)}`,
  );
  return `${title}: ${quantity} along the balance strength. ${words.join('; ')}.`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The numbers behind the curves, a row for each strength. */
export function strengthCurveNumbers({ points }: Pick<StrengthCurveData, 'points'>): FigureNumbers {
  return {
    columns: [
      'strength',
      ...['mean', 'range'].flatMap((name) => [name, `${name}, low`, `${name}, high`]),
      'range by chance',
      'p',
    ],
    rows: points.map(({ strength, mean, range, chanceRange, p }) => [
      strength,
      ...[mean, range].flatMap(({ value, low, high }) => [value, low, high]),
      chanceRange,
      p,
    ]),
  };
}
