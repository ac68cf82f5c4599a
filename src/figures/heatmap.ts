/** A 3x3 map of one number per cell of the grid. */
import { colorOf, inkOn, type ColorScale } from './color-scale.ts';
import { colorLegend, LEGEND_HEIGHT } from './legend.ts';
import { formatNumber } from './number-text.ts';
import { element, render, type SvgElement } from './svg.ts';
import { FONT_FAMILY, LIGHT, type FigureTheme } from './theme.ts';

export { formatNumber } from './number-text.ts';

export interface HeatmapCell {
  /** Shown in the cell and as `data-cell`, e.g. `top_left`. */
  readonly name: string;
  /** Null is drawn hatched, as "no data". */
  readonly value: number | null;
  /** Items behind the value. */
  readonly n?: number;
  /** 95 % interval. */
  readonly interval?: readonly [number, number];
  /** Draws {@link CELL_MARK} into the cell's corner; the figure's `detail` says what it means. */
  readonly marked?: boolean;
}

/** Stands in the corner of a cell that is marked. */
export const CELL_MARK = '*';

export interface HeatmapData {
  readonly title: string;
  /** Short name, for machines (`data-map`) and narrow pages; the title where absent. */
  readonly name?: string;
  readonly subtitle?: string;
  /** A second line under the title. */
  readonly detail?: string;
  /** Nine cells in reading order. */
  readonly cells: readonly HeatmapCell[];
  readonly scale: ColorScale;
  /** What the numbers are, e.g. `accuracy`; stands at the legend. */
  readonly quantity: string;
  /** Writes a sign before positive values. */
  readonly signed?: boolean;
  /** Decimals of the numbers; two where absent. */
  readonly digits?: number | undefined;
  readonly theme?: FigureTheme;
}

const COLUMN_NAMES = ['Left', 'Center', 'Right'];
const ROW_NAMES = ['Top', 'Center', 'Bottom'];

/** Geometry in pixels. */
const CELL = 96;
const GAP = 2;
const MAP_SIDE = 3 * CELL + 2 * GAP;
const LEFT = 64;
const TOP = 84;
const LEGEND_TOP = TOP + MAP_SIDE + 22;

export const HEATMAP_WIDTH = LEFT + MAP_SIDE + 24;
export const HEATMAP_HEIGHT = LEGEND_TOP + LEGEND_HEIGHT + 40;

/** The map as a whole SVG document. */
export function heatmap(data: HeatmapData): string {
  const theme = data.theme ?? LIGHT;
  return render(
    document(HEATMAP_WIDTH, HEATMAP_HEIGHT, data.title, describe(data), theme, [
      heatmapGroup(data, { theme, prefix: 'map' }),
    ]),
  );
}

/** The root element with its paper, title and description for readers that cannot see it. */
export function document(
  width: number,
  height: number,
  title: string,
  description: string,
  theme: FigureTheme,
  children: readonly SvgElement[],
): SvgElement {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'font-family': FONT_FAMILY,
    },
    element('title', {}, title),
    element('desc', {}, description),
    element('rect', { width, height, fill: theme.paper }),
    ...children,
  );
}

/** One sentence with every value, e.g. for a screen reader. */
export function describe(data: HeatmapData): string {
  const cells = data.cells.map(({ name, value, marked }) => {
    const shown = value === null ? 'no data' : formatNumber(value, data.signed, data.digits);
    return `${name.replaceAll('_', ' ')} ${shown}${marked ? CELL_MARK : ''}`;
  });
  return `${data.title}: ${data.quantity} by cell. ${cells.join(', ')}.`;
}

/** The map without a document around it, for figures that hold several. `prefix` keeps ids apart. */
export function heatmapGroup(
  data: HeatmapData,
  { theme, prefix, x = 0, y = 0 }: { theme: FigureTheme; prefix: string; x?: number; y?: number },
): SvgElement {
  const hatch = `${prefix}-hatch`;
  return element(
    'g',
    { transform: `translate(${x} ${y})`, 'data-map': data.name ?? data.title },
    hatchPattern(hatch, theme),
    element(
      'text',
      {
        x: LEFT,
        y: 24,
        'font-size': titleSize(data.title),
        'font-weight': 600,
        fill: theme.ink,
      },
      data.title,
    ),
    ...[data.subtitle, data.detail].flatMap((line, row) =>
      line === undefined
        ? []
        : element(
            'text',
            { x: LEFT, y: 40 + row * 14, 'font-size': 11, fill: theme.mutedInk },
            line,
          ),
    ),
    ...axisWords(theme),
    ...data.cells.map((cell, index) => drawCell(cell, index, data, theme, hatch)),
    ...colorLegend(data, theme, { id: `${prefix}-scale`, x: LEFT, y: LEGEND_TOP, width: MAP_SIDE }),
  );
}

/** Names of models make titles longer than a map is wide. */
function titleSize(title: string): number {
  const widthOfLetter = 0.58;
  return Math.max(8, Math.min(16, MAP_SIDE / (title.length * widthOfLetter)));
}

/** Fill of what is missing, as `url(#id)`. */
export function hatchPattern(id: string, theme: FigureTheme): SvgElement {
  return element(
    'defs',
    {},
    element(
      'pattern',
      {
        id,
        width: 8,
        height: 8,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      element('rect', { width: 8, height: 8, fill: theme.paper }),
      element('line', { x1: 0, y1: 0, x2: 0, y2: 8, stroke: theme.rule, 'stroke-width': 2 }),
    ),
  );
}

function axisWords(theme: FigureTheme): SvgElement[] {
  const style = { 'font-size': 12, fill: theme.mutedInk };
  const middle = (index: number) => index * (CELL + GAP) + CELL / 2;
  return [
    ...COLUMN_NAMES.map((name, index) =>
      element(
        'text',
        { x: LEFT + middle(index), y: TOP - 9, 'text-anchor': 'middle', ...style },
        name,
      ),
    ),
    ...ROW_NAMES.map((name, index) =>
      element(
        'text',
        { x: LEFT - 10, y: TOP + middle(index) + 4, 'text-anchor': 'end', ...style },
        name,
      ),
    ),
  ];
}

function drawCell(
  cell: HeatmapCell,
  index: number,
  data: HeatmapData,
  theme: FigureTheme,
  hatch: string,
): SvgElement {
  const x = LEFT + (index % 3) * (CELL + GAP);
  const y = TOP + Math.floor(index / 3) * (CELL + GAP);
  const known = cell.value !== null;
  const fill = known ? colorOf(data.scale, cell.value) : `url(#${hatch})`;
  const ink = known ? inkOn(fill) : theme.mutedInk;
  const small = { 'text-anchor': 'middle', 'font-size': 10, fill: ink };
  const center = x + CELL / 2;
  const lines = smallPrint(cell, data);
  const valueY = y + CELL / 2 + (lines.length > 0 ? -1 : 8);
  return element(
    'g',
    { 'data-cell': cell.name, 'data-value': known ? String(cell.value) : undefined },
    element('rect', {
      x,
      y,
      width: CELL,
      height: CELL,
      fill,
      stroke: known ? undefined : theme.rule,
    }),
    known
      ? element(
          'text',
          {
            x: center,
            y: valueY,
            'text-anchor': 'middle',
            'font-size': 22,
            'font-weight': 600,
            'font-variant-numeric': 'tabular-nums',
            fill: ink,
          },
          formatNumber(cell.value, data.signed, data.digits),
        )
      : element('text', { ...small, x: center, y: y + CELL / 2 + 4, 'font-size': 12 }, 'no data'),
    ...(cell.marked
      ? [
          element(
            'text',
            { x: x + CELL - 8, y: y + 22, 'text-anchor': 'end', 'font-size': 20, fill: ink },
            CELL_MARK,
          ),
        ]
      : []),
    ...(known ? lines : []).map((line, row) =>
      element('text', { ...small, x: center, y: y + CELL / 2 + 18 + row * 14 }, line),
    ),
  );
}

function smallPrint(cell: HeatmapCell, { signed, digits }: HeatmapData): string[] {
  const lines: string[] = [];
  if (cell.interval) {
    const [low, high] = cell.interval;
    lines.push(`[${formatNumber(low, signed, digits)}, ${formatNumber(high, signed, digits)}]`);
  }
  if (cell.n !== undefined) lines.push(`n = ${cell.n}`);
  return lines;
}
