/** Nine maps of tiles, one for each place of the target, on one scale. */
import type { ColorScale } from './color-scale.ts';
import { document, hatchPattern } from './heatmap.ts';
import {
  cellOutline,
  describeTiles,
  figureHead,
  tileRectangles,
  type Box,
  type TileMap,
} from './image-map.ts';
import { colorLegend, LEGEND_HEIGHT } from './legend.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

export interface PlacedMap {
  /** Shown above the map and as `data-cell`, e.g. `top_left`. */
  readonly name: string;
  /** Null is drawn hatched, as "no data". */
  readonly map: TileMap | null;
  /** Maps behind a mean. */
  readonly n?: number;
}

export interface NineMapsData {
  readonly title: string;
  readonly subtitle?: string;
  readonly detail?: string;
  /** Nine in reading order of the target's cell, which is outlined in each. */
  readonly maps: readonly PlacedMap[];
  readonly scale: ColorScale;
  /** What the numbers are; stands at the legend. */
  readonly quantity: string;
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const MAP = 150;
const GAP = 14;
const LABEL = 18;
const MARGIN = 24;
const TOP = 62;
const WIDTH = 3 * MAP + 2 * GAP;
const ROW = LABEL + MAP + GAP;
const LEGEND_TOP = TOP + 3 * ROW + 8;

/** The maps as a whole SVG document. */
export function nineMaps(data: NineMapsData): string {
  const { title, subtitle, detail, maps, quantity } = data;
  const theme = data.theme ?? LIGHT;
  const cells = maps.map(({ name, map }) => {
    return `${words(name)}: ${map ? describeTiles(map) : 'no data.'}`;
  });
  return render(
    document(
      WIDTH + 2 * MARGIN,
      LEGEND_TOP + LEGEND_HEIGHT + 40,
      title,
      `${title}: ${quantity}, by the target's cell. ${cells.join(' ')}`,
      theme,
      [
        hatchPattern('maps-hatch', theme),
        ...figureHead({ title, lines: [subtitle, detail] }, theme, MARGIN),
        ...maps.map((placed, cell) => drawMap(placed, cell, data, theme)),
        ...colorLegend(data, theme, { id: 'maps-scale', x: MARGIN, y: LEGEND_TOP, width: WIDTH }),
      ],
    ),
  );
}

function drawMap(
  { name, map, n }: PlacedMap,
  cell: number,
  { scale }: NineMapsData,
  theme: FigureTheme,
): SvgElement {
  const x = MARGIN + (cell % 3) * (MAP + GAP);
  const y = TOP + Math.floor(cell / 3) * ROW + LABEL;
  const box: Box = { x, y, width: MAP, height: MAP };
  const label = n === undefined ? words(name) : `${words(name)}, n = ${n}`;
  const small = { 'font-size': 11, fill: theme.mutedInk };
  return element(
    'g',
    { 'data-cell': name },
    element('text', { x, y: y - 6, ...small }, label),
    ...(map
      ? [tileRectangles(map, scale, box, 1)]
      : [
          element('rect', { ...box, fill: 'url(#maps-hatch)' }),
          element(
            'text',
            { x: x + MAP / 2, y: y + MAP / 2 + 4, 'text-anchor': 'middle', ...small },
            'no data',
          ),
        ]),
    element('rect', { ...box, fill: 'none', stroke: theme.rule }),
    cellOutline(cell, box),
  );
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}
