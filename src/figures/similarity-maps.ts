/** The figure of the similarity diagnosis: one map a way of pooling, all on one scale. */
import { describeSource, withBrackets, type BiasMapSource } from './bias-maps.ts';
import { fittedScale, SIMILARITY_SCALE } from './color-scale.ts';
import { formatNumber, type HeatmapCell, type HeatmapData } from './heatmap.ts';

/** `fixed`: 0 to 1, as the reference draws it. `fitted`: as narrow as all maps together allow. */
export type SimilarityScaleChoice = 'fixed' | 'fitted';

/** One way of pooling and its nine cells in reading order. */
export interface PooledCells {
  /** What was pooled how, e.g. `max, all tokens`. */
  readonly label: string;
  readonly cells: readonly HeatmapCell[];
  /** Largest less smallest cell. */
  readonly range?: number | undefined;
}

/** Cosines of neighbouring cells often differ in the third decimal alone. */
const DIGITS = 3;

/** Maps in the order given. */
export function similarityMaps(
  pooled: readonly PooledCells[],
  source: BiasMapSource,
  choice: SimilarityScaleChoice = 'fixed',
): HeatmapData[] {
  const values = pooled.flatMap(({ cells }) => cells.map(({ value }) => value));
  const scale = choice === 'fixed' ? SIMILARITY_SCALE : fittedScale(values, 'YlOrBr');
  return pooled.map(({ label, cells, range }) => ({
    title: label,
    name: label,
    subtitle: describeSource(source),
    ...(range === undefined
      ? {}
      : { detail: `range (max − min) ${formatNumber(range, false, DIGITS)}` }),
    scale,
    quantity: withBrackets(source.quantity, cells),
    digits: DIGITS,
    cells,
  }));
}
