/** Lines over a common axis, with ticks: how a number runs along an index. */
import { nice, ticks } from 'd3-array';
import { digitsOf } from './attention-scale.ts';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { figureHead } from './image-map.ts';
import { formatNumber } from './number-text.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';
import { valueGrid } from './value-grid.ts';

export interface ProfileSeries {
  readonly label: string;
  /** Values at 0, 1, 2, …; all series are equally long. */
  readonly values: readonly number[];
}

export interface ProfileData {
  readonly title: string;
  readonly lines?: readonly (string | undefined)[];
  readonly series: readonly ProfileSeries[];
  /** What the index counts, and what the numbers are with their unit. */
  readonly along: string;
  readonly quantity: string;
  /** Places along the index where something begins. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
  /** Of the whole figure in pixels, from 300 on; 640 where absent. */
  readonly width?: number | undefined;
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const WIDTH = 640;
const LEFT = 64;
const RIGHT = 24;
const TOP = 92;
const HEIGHT = 220;
const BELOW = 48;
/** Between two numbers of the horizontal axis, about. */
const TICK_STEP = 69;

/** Dashes tell lines apart where their colours are printed in grey. */
const DASHES = [undefined, '7 3', '2 3', '9 3 2 3'] as const;

interface Axes {
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly domain: readonly [number, number];
  readonly last: number;
  /** Length of the horizontal axis in pixels. */
  readonly inner: number;
}

/** The chart as a whole SVG document; the axis of numbers holds 0. */
export function profile(data: ProfileData): string {
  const { title, lines = [], series, along, quantity, marks = [], width = WIDTH } = data;
  const theme = data.theme ?? LIGHT;
  const axes = makeAxes(series, width - LEFT - RIGHT);
  return render(
    document(width, TOP + HEIGHT + BELOW, title, describe(data), theme, [
      ...figureHead({ title, lines }, theme, LEFT),
      ...legend(series, axes, theme),
      ...verticalAxis(axes, quantity, theme),
      ...horizontalAxis(axes, along, theme),
      ...marks.flatMap((mark) => drawMark(mark, axes, theme)),
      ...series.map((one, at) => drawLine(one, at, axes, theme)),
    ]),
  );
}

function makeAxes(series: readonly ProfileSeries[], inner: number): Axes {
  const values = series.flatMap((one) => one.values);
  const last = Math.max(1, ...series.map((one) => one.values.length - 1));
  const [low, high] = nice(Math.min(0, ...values), Math.max(0, ...values) || 1, 4);
  return {
    x: (index) => LEFT + (index / last) * inner,
    y: (value) => TOP + HEIGHT - ((value - low) / (high - low)) * HEIGHT,
    domain: [low, high],
    last,
    inner,
  };
}

function verticalAxis(
  { y, domain, inner }: Axes,
  quantity: string,
  theme: FigureTheme,
): SvgElement[] {
  const [low, high] = domain;
  const digits = Math.max(0, digitsOf(high - low) - 1);
  const small = { 'font-size': 10.5, fill: theme.mutedInk };
  return [
    ...valueGrid(
      { left: LEFT, inner, y },
      ticks(low, high, 4),
      (value) => formatNumber(value, false, digits),
      theme,
    ),
    element('text', { x: LEFT, y: TOP - 10, ...small }, quantity),
  ];
}

function horizontalAxis({ x, last, inner }: Axes, along: string, theme: FigureTheme): SvgElement[] {
  const small = { 'font-size': 10.5, fill: theme.mutedInk };
  const bottom = TOP + HEIGHT;
  const places = ticks(0, last, Math.round(inner / TICK_STEP)).filter(Number.isInteger);
  return [
    ...places.flatMap((at) => [
      element('line', { x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4, stroke: theme.mutedInk }),
      element('text', { x: x(at), y: bottom + 16, 'text-anchor': 'middle', ...small }, String(at)),
    ]),
    element(
      'text',
      { x: LEFT + inner / 2, y: bottom + 34, 'text-anchor': 'middle', ...small },
      along,
    ),
  ];
}

function drawMark(
  { at, label }: { at: number; label: string },
  { x }: Axes,
  theme: FigureTheme,
): SvgElement[] {
  return [
    element('line', {
      x1: x(at),
      x2: x(at),
      y1: TOP,
      y2: TOP + HEIGHT,
      stroke: theme.mutedInk,
      'stroke-dasharray': '1 3',
    }),
    element('text', { x: x(at) + 4, y: TOP + 10, 'font-size': 10, fill: theme.mutedInk }, label),
  ];
}

function drawLine(
  { label, values }: ProfileSeries,
  at: number,
  { x, y }: Axes,
  theme: FigureTheme,
): SvgElement {
  const points = values.map((value, index) => `${short(x(index))},${short(y(value))}`);
  return element('polyline', {
    'data-series': label,
    points: points.join(' '),
    fill: 'none',
    'stroke-width': 1.6,
    'stroke-linejoin': 'round',
    ...strokeOf(at, theme),
  });
}

function strokeOf(at: number, { series }: FigureTheme) {
  return { stroke: series[at % series.length], 'stroke-dasharray': DASHES[at % DASHES.length] };
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Each line's name behind a piece of it. */
function legend(
  series: readonly ProfileSeries[],
  { inner }: Axes,
  theme: FigureTheme,
): SvgElement[] {
  const step = Math.min(180, inner / series.length);
  return series.flatMap(({ label }, at) => {
    const left = LEFT + at * step;
    const y = TOP - 30;
    const line = { x1: left, x2: left + 28, y1: y, y2: y, 'stroke-width': 1.6 };
    return [
      element('line', { ...line, ...strokeOf(at, theme) }),
      element('text', { x: left + 34, y: y + 4, 'font-size': 11, fill: theme.ink }, label),
    ];
  });
}

/** One sentence for each line, for readers that cannot see it. */
function describe({ title, series, along, quantity }: ProfileData): string {
  const lines = series.map(({ label, values }) => {
    const most = Math.max(...values);
    return `${label}: largest (${most.toPrecision(3)}) at ${values.indexOf(most)}.`;
  });
  return `${title}: ${quantity} along ${along}. ${lines.join(' ')}`;
}

/** The numbers behind the lines, one row for each place. */
export function profileNumbers({
  series,
  along,
}: Pick<ProfileData, 'series' | 'along'>): FigureNumbers {
  const length = Math.max(0, ...series.map(({ values }) => values.length));
  return {
    columns: [along, ...series.map(({ label }) => label)],
    rows: Array.from({ length }, (_, at) => [
      at,
      ...series.map(({ values }) => values[at] ?? null),
    ]),
  };
}
