/** The figures of a similarity run: all ways of pooling side by side, on two scales. */
import { biasFigure, type BiasMapSource } from '../figures/bias-maps.ts';
import { heatmapNumbers } from '../figures/heatmap-numbers.ts';
import { similarityMaps, type SimilarityScaleChoice } from '../figures/similarity-maps.ts';
import { pooledMaps, type SimilaritySummary } from '../results/similarity-summary.ts';
import type { NamedFigure } from './named-figure.ts';

/** Names and their scales. */
const FIGURES: readonly (readonly [name: string, scale: SimilarityScaleChoice])[] = [
  ['similarity', 'fixed'],
  ['similarity-fitted', 'fitted'],
];

/** What the run was stands under the titles; what is not known is left out. */
export function similarityFigures(
  summary: SimilaritySummary,
  where: Omit<BiasMapSource, 'quantity'>,
): NamedFigure[] {
  const source = { quantity: 'cosine with the caption', ...where };
  const pooled = pooledMaps(summary);
  return FIGURES.map(([name, scale]) => {
    const maps = similarityMaps(pooled, source, scale);
    return { name, svg: biasFigure(maps, source), numbers: heatmapNumbers(maps) };
  });
}
