/** Maps over one picture side by side, to be compared. */
import { document } from './heatmap.ts';
import { describeImageMap, imageMapParts, imageMapSize, type ImageMapData } from './image-map.ts';
import { element, render } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

export interface ImageMapRowsData {
  readonly title: string;
  /** Rows of maps, which stand below each other. Maps of one row that share a palette share a scale. */
  readonly rows: readonly (readonly ImageMapData[])[];
  readonly theme?: FigureTheme;
}

/** Width of a map in pixels. */
const WIDTH = 300;

/**
 * The maps as one SVG document.
 * @throws when two maps of a row are drawn on different scales of one palette
 */
export function imageMapRows({ title, rows, theme = LIGHT }: ImageMapRowsData): string {
  rows.forEach(requireOneScale);
  const sizes = rows.map((row) => row.map((map) => imageMapSize(map, WIDTH)));
  const heights = sizes.map((row) => Math.max(...row.map(({ height }) => height)));
  const tops = heights.map((_, row) =>
    heights.slice(0, row).reduce((sum, height) => sum + height, 0),
  );
  const [step] = sizes[0]!.map(({ width }) => width) as [number];
  const groups = rows.flatMap((row, r) =>
    row.map((map, at) =>
      element(
        'g',
        { transform: `translate(${at * step} ${tops[r]!})` },
        ...imageMapParts(map, theme, { id: `map-${r}-${at}-scale`, width: WIDTH }),
      ),
    ),
  );
  const width = step * Math.max(...rows.map((row) => row.length));
  const height = tops.at(-1)! + heights.at(-1)!;
  const description = rows.flat().map(describeImageMap).join(' ');
  return render(document(width, height, title, description, theme, groups));
}

/** @throws when two maps that share a palette have other ends of their scales */
export function requireOneScale(row: readonly Pick<ImageMapData, 'title' | 'scale'>[]): void {
  const domains = new Map<string, string>();
  for (const { title, scale } of row) {
    const domain = scale.domain.join(' to ');
    const before = domains.get(scale.palette) ?? domain;
    if (before !== domain)
      throw new Error(
        `Maps that are compared need one colour scale, but "${title}" is drawn from ${domain} and the one before it from ${before}. Give both the shared one.`,
      );
    domains.set(scale.palette, domain);
  }
}
