/** A strip of small maps on one scale: one for each layer, or each head. */
import type { ColorScale } from './color-scale.ts';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { figureHead } from './image-map.ts';
import { colorLegend, LEGEND_HEIGHT } from './legend.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';
import { gridInBox, type TokenGrid } from './token-map.ts';

export interface StripMap {
  readonly label: string;
  readonly grid: TokenGrid;
}

export interface StripData {
  readonly title: string;
  readonly lines?: readonly (string | undefined)[];
  /** All of one shape. */
  readonly maps: readonly StripMap[];
  readonly scale: ColorScale;
  readonly digits?: number | undefined;
  readonly signed?: boolean;
  readonly quantity: string;
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const SIDE = 84;
const GAP = 10;
const LABEL = 16;
const MARGIN = 24;
const TOP = 72;
const PER_ROW = 8;
const LEGEND_WIDTH = 288;

/** The strip as a whole SVG document, eight maps a row. */
export function strip(data: StripData): string {
  const { title, lines = [], maps, quantity } = data;
  const theme = data.theme ?? LIGHT;
  const [first] = maps;
  if (!first) throw new Error('A strip needs one map at least, but none was given.');
  const height = Math.round((SIDE * first.grid.rows) / first.grid.columns);
  const perRow = Math.min(PER_ROW, maps.length);
  const rows = Math.ceil(maps.length / perRow);
  const bottom = TOP + rows * (height + LABEL + GAP);
  const width = Math.max(perRow * (SIDE + GAP) - GAP, LEGEND_WIDTH) + 2 * MARGIN;
  const places = maps.map((map, at) => {
    const x = MARGIN + (at % perRow) * (SIDE + GAP);
    const y = TOP + Math.floor(at / perRow) * (height + LABEL + GAP);
    return smallMap(map, { x, y, width: SIDE, height }, data.scale, theme);
  });
  const legend = { id: 'strip-scale', x: MARGIN, y: bottom + 8, width: LEGEND_WIDTH };
  const most = maps.map(({ grid }) => Math.max(...grid.values));
  const strongest = maps[most.indexOf(Math.max(...most))]!;
  return render(
    document(
      width,
      bottom + 8 + LEGEND_HEIGHT + 40,
      title,
      `${title}: ${quantity}, ${maps.length} maps on one scale. The largest value is in ${strongest.label}.`,
      theme,
      [
        ...figureHead({ title, lines }, theme, MARGIN),
        ...places,
        ...colorLegend(data, theme, legend),
      ],
    ),
  );
}

function smallMap(
  { label, grid }: StripMap,
  box: { x: number; y: number; width: number; height: number },
  scale: ColorScale,
  theme: FigureTheme,
): SvgElement {
  return element(
    'g',
    { 'data-map': label },
    element('text', { x: box.x, y: box.y + 11, 'font-size': 10.5, fill: theme.mutedInk }, label),
    ...gridInBox(grid, scale, { ...box, y: box.y + LABEL }, theme),
  );
}

/** The numbers behind a strip, a line for each token of each map. */
export function stripNumbers({
  maps,
  quantity,
}: Pick<StripData, 'maps' | 'quantity'>): FigureNumbers {
  return {
    columns: ['map', 'quantity', 'row', 'column', 'value'],
    rows: maps.flatMap(({ label, grid }) =>
      grid.values.map((value, at) => [
        label,
        quantity,
        Math.floor(at / grid.columns),
        at % grid.columns,
        value,
      ]),
    ),
  };
}
