/** A map of tiles over the picture that it is of. */
import { colorOf, type ColorScale } from './color-scale.ts';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { colorLegend, LEGEND_HEIGHT } from './legend.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

/**
 * A value for each tile. Borders are in shares of the picture (0 to 1), ascending, one more than there
 * are tiles; `values[row][column]`.
 */
export interface TileMap {
  readonly across: readonly number[];
  readonly down: readonly number[];
  readonly values: readonly (readonly number[])[];
}

export interface MapPicture {
  /** A data URI, so that the figure is whole by itself. */
  readonly href: string;
  /** Its sides, for its shape. */
  readonly width: number;
  readonly height: number;
}

export interface ImageMapData {
  readonly title: string;
  /** Short name, for machines (`data-map`), tables and narrow pages; the title where absent. */
  readonly name?: string;
  readonly subtitle?: string | undefined;
  /** A second line under the title. */
  readonly detail?: string | undefined;
  /** Lies under the map; without one the map is drawn alone, over a square. */
  readonly picture?: MapPicture | undefined;
  readonly map: TileMap;
  readonly scale: ColorScale;
  /** What the numbers are; stands at the legend. */
  readonly quantity: string;
  readonly digits?: number | undefined;
  /** Writes a sign before positive values. */
  readonly signed?: boolean;
  /** Cell of the 3×3 grid (0 to 8) that is outlined: where the target is. */
  readonly target?: number | undefined;
  readonly theme?: FigureTheme;
}

/** Opacity of a map over its picture. */
export const OVERLAY_ALPHA = 0.8;

/** Geometry in pixels. */
const WIDTH = 420;
const MARGIN = 24;
const TOP = 68;

/** The map as a whole SVG document. */
export function imageMap(data: ImageMapData): string {
  const theme = data.theme ?? LIGHT;
  const size = imageMapSize(data, WIDTH);
  return render(
    document(
      size.width,
      size.height,
      data.title,
      describeImageMap(data),
      theme,
      imageMapParts(data, theme, { id: 'map-scale', width: WIDTH }),
    ),
  );
}

/** Sides of a map that is `width` pixels wide, with its head, margins and legend. */
export function imageMapSize({ picture }: ImageMapData, width: number) {
  const height = picture ? (width * picture.height) / picture.width : width;
  return { width: width + 2 * MARGIN, height: TOP + height + 18 + LEGEND_HEIGHT + 40 };
}

/** A map without a document around it; `id` names its legend's gradient. */
export function imageMapParts(
  data: ImageMapData,
  theme: FigureTheme,
  { id, width }: { id: string; width: number },
): SvgElement[] {
  const { title, name, subtitle, detail, picture, map, scale, target } = data;
  const height = picture ? (width * picture.height) / picture.width : width;
  const box = { x: MARGIN, y: TOP, width, height };
  return [
    ...figureHead({ title, lines: [subtitle, detail] }, theme, MARGIN),
    element(
      'g',
      { 'data-map': name ?? title },
      ...(picture
        ? [element('image', { ...box, href: picture.href, preserveAspectRatio: 'none' })]
        : []),
      tileRectangles(map, scale, box, picture ? OVERLAY_ALPHA : 1),
      element('rect', { ...box, fill: 'none', stroke: theme.rule }),
      ...(target === undefined ? [] : [cellOutline(target, box)]),
    ),
    ...colorLegend(data, theme, { id, x: MARGIN, y: TOP + height + 18, width }),
  ];
}

/** One sentence for readers that cannot see the map. */
export function describeImageMap({ title, quantity, map }: ImageMapData): string {
  return `${title}: ${quantity}. ${describeTiles(map)}`;
}

/** A figure's title and the lines under it. */
export function figureHead(
  { title, lines }: { title: string; lines: readonly (string | undefined)[] },
  theme: FigureTheme,
  x: number,
): SvgElement[] {
  const known = lines.filter((line) => line !== undefined);
  return [
    element('text', { x, y: 24, 'font-size': 16, 'font-weight': 600, fill: theme.ink }, title),
    ...known.map((line, row) =>
      element('text', { x, y: 41 + row * 14, 'font-size': 11, fill: theme.mutedInk }, line),
    ),
  ];
}

/** A place in a figure, in its pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The tiles in their colours, cut off at the box. */
export function tileRectangles(
  { across, down, values }: TileMap,
  scale: ColorScale,
  box: Box,
  opacity: number,
): SvgElement {
  const inside = (share: number) => Math.min(1, Math.max(0, share));
  const columns = across.map((share) => box.x + inside(share) * box.width);
  const rows = down.map((share) => box.y + inside(share) * box.height);
  // The group is see-through, not its tiles: where their edges meet they would cover twice. Edges are
  // drawn whole, so that no line of the picture shines through between them.
  return element(
    'g',
    { opacity, 'shape-rendering': 'crispEdges' },
    ...values.flatMap((line, row) =>
      line.map((value, column) =>
        element('rect', {
          x: columns[column]!,
          y: rows[row]!,
          width: columns[column + 1]! - columns[column]!,
          height: rows[row + 1]! - rows[row]!,
          fill: colorOf(scale, value),
        }),
      ),
    ),
  );
}

/** An outline that shows on any colour. */
export function cellOutline(cell: number, box: Box): SvgElement {
  const [width, height] = [box.width / 3, box.height / 3];
  const place = {
    x: box.x + (cell % 3) * width,
    y: box.y + Math.floor(cell / 3) * height,
    width,
    height,
    fill: 'none',
  };
  return element(
    'g',
    { 'data-target': cell },
    element('rect', { ...place, stroke: '#ffffff', 'stroke-width': 3 }),
    element('rect', {
      ...place,
      stroke: '#111418',
      'stroke-width': 1.5,
      'stroke-dasharray': '5 3',
    }),
  );
}

/** Where a map is largest, for readers that cannot see it. */
export function describeTiles({ across, down, values }: TileMap): string {
  const largest = Math.max(...values.flat());
  if (!(largest > 0)) return 'It is 0 everywhere.';
  const row = values.findIndex((line) => line.includes(largest));
  const column = values[row]!.indexOf(largest);
  const percent = (borders: readonly number[], at: number) =>
    Math.round(((borders[at]! + borders[at + 1]!) / 2) * 100);
  return `It is largest ${percent(across, column)} % from the left and ${percent(down, row)} % from the top.`;
}

/** The numbers behind maps, a line for each tile. */
export function tileNumbers(
  maps: readonly { readonly name: string; readonly map: TileMap }[],
): FigureNumbers {
  return {
    columns: ['map', 'row', 'column', 'left', 'top', 'right', 'bottom', 'value'],
    rows: maps.flatMap(({ name, map: { across, down, values } }) =>
      values.flatMap((line, row) =>
        line.map((value, column) => [
          name,
          row,
          column,
          across[column]!,
          down[row]!,
          across[column + 1]!,
          down[row + 1]!,
          value,
        ]),
      ),
    ),
  };
}
