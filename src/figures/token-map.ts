/** Maps of a number for each image token, in the tokens' own grid. */
import type { ColorScale } from './color-scale.ts';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { requireOneScale } from './image-map-rows.ts';
import { describeTiles, figureHead, tileRectangles, type Box, type TileMap } from './image-map.ts';
import { colorLegend, LEGEND_HEIGHT } from './legend.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

/** Numbers in rows and columns. */
export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: readonly number[];
}

export interface TokenMapData {
  readonly title: string;
  /** Short name, for machines (`data-map`) and tables; the title where absent. */
  readonly name?: string;
  /** Small print under the title. */
  readonly lines?: readonly (string | undefined)[];
  readonly grid: TokenGrid;
  readonly scale: ColorScale;
  readonly digits?: number | undefined;
  readonly signed?: boolean;
  /** What the numbers are; stands at the legend. */
  readonly quantity: string;
}

export interface TokenFigureData {
  readonly title: string;
  /** Rows of maps, which stand below each other. Maps of one row that share a palette share a scale. */
  readonly maps: readonly (readonly TokenMapData[])[];
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const SIDE = 288;
const MARGIN = 24;
const TOP = 84;
const WIDTH = SIDE + 2 * MARGIN;
const BELOW = 18 + LEGEND_HEIGHT + 40;

/**
 * The maps as one SVG document.
 * @throws when two maps of a row are drawn on different scales of one palette
 */
export function tokenFigure({ title, maps, theme = LIGHT }: TokenFigureData): string {
  maps.forEach(requireOneScale);
  const heights = maps.map(
    (row) => TOP + Math.max(...row.map(({ grid }) => mapHeight(grid))) + BELOW,
  );
  const tops = heights.map((_, row) =>
    heights.slice(0, row).reduce((sum, height) => sum + height, 0),
  );
  const width = WIDTH * Math.max(...maps.map((row) => row.length));
  const groups = maps.flatMap((row, r) =>
    row.map((map, at) =>
      tokenMapGroup(map, { theme, id: `map-${r}-${at}`, x: at * WIDTH, y: tops[r]! }),
    ),
  );
  const height = tops.at(-1)! + heights.at(-1)!;
  const description = maps.flat().map(describeMap).join(' ');
  return render(document(width, height, title, description, theme, groups));
}

function tokenMapGroup(
  data: TokenMapData,
  { theme, id, x, y }: { theme: FigureTheme; id: string; x: number; y: number },
): SvgElement {
  const { title, name, lines = [], grid, scale } = data;
  const box = { x: MARGIN, y: TOP, width: SIDE, height: mapHeight(grid) };
  const legend = { id: `${id}-scale`, x: MARGIN, y: TOP + box.height + 18, width: SIDE };
  return element(
    'g',
    { transform: `translate(${x} ${y})`, 'data-map': name ?? title },
    ...figureHead({ title, lines }, theme, MARGIN),
    ...gridInBox(grid, scale, box, theme),
    ...colorLegend(data, theme, legend),
  );
}

function mapHeight({ rows, columns }: TokenGrid): number {
  return Math.round((SIDE * rows) / columns);
}

/** The grid's tokens in their colours and a thin frame, over a whole box. */
export function gridInBox(
  grid: TokenGrid,
  scale: ColorScale,
  box: Box,
  theme: FigureTheme,
): SvgElement[] {
  return [
    tileRectangles(evenTileMap(grid), scale, box, 1),
    element('rect', { ...box, fill: 'none', stroke: theme.rule }),
  ];
}

/** The grid's tokens as tiles over the whole of what it covers. */
export function evenTileMap({ rows, columns, values }: TokenGrid): TileMap {
  const borders = (count: number) => Array.from({ length: count + 1 }, (_, at) => at / count);
  return {
    across: borders(columns),
    down: borders(rows),
    values: Array.from({ length: rows }, (_, row) =>
      values.slice(row * columns, (row + 1) * columns),
    ),
  };
}

/** One sentence for readers that cannot see the map. */
export function describeMap({ title, quantity, grid }: TokenMapData): string {
  const { rows, columns } = grid;
  return `${title}: ${quantity}, ${rows} by ${columns} tokens. ${describeTiles(evenTileMap(grid))}`;
}

/** The numbers behind maps, a line for each token. */
export function tokenNumbers(maps: readonly TokenMapData[]): FigureNumbers {
  return {
    columns: ['map', 'quantity', 'row', 'column', 'value'],
    rows: maps.flatMap(({ name, title, quantity, grid }) =>
      grid.values.map((value, at) => [
        name ?? title,
        quantity,
        Math.floor(at / grid.columns),
        at % grid.columns,
        value,
      ]),
    ),
  };
}
