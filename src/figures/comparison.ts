/** Two maps on one scale and their difference, side by side. */
import {
  describe,
  document,
  HEATMAP_HEIGHT,
  HEATMAP_WIDTH,
  heatmapGroup,
  type HeatmapData,
} from './heatmap.ts';
import { render } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

export interface ComparisonData {
  readonly title: string;
  /** Two conditions that share one scale, then their difference. */
  readonly maps: readonly HeatmapData[];
  readonly theme?: FigureTheme;
}

/**
 * The maps in one SVG document.
 * @throws when the two conditions are drawn on different scales
 */
export function comparison({ title, maps, theme = LIGHT }: ComparisonData): string {
  const [first, second] = maps;
  if (first && second && JSON.stringify(first.scale) !== JSON.stringify(second.scale)) {
    throw new Error(
      `Two maps that are compared need one colour scale, but "${first.title}" is drawn from ${first.scale.domain.join(' to ')} and "${second.title}" from ${second.scale.domain.join(' to ')}. Give both the shared one.`,
    );
  }
  const groups = maps.map((map, index) =>
    heatmapGroup(map, { theme, prefix: `map${index}`, x: index * HEATMAP_WIDTH }),
  );
  const description = maps.map(describe).join(' ');
  return render(
    document(HEATMAP_WIDTH * maps.length, HEATMAP_HEIGHT, title, description, theme, groups),
  );
}
