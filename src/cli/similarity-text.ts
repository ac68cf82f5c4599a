/** A similarity summary as text for the terminal. */
import {
  POOLING_LABELS,
  type SimilarityMeasureSummary,
  type SimilaritySummary,
} from '../results/similarity-summary.ts';
import { SIMILARITY_MEASURES } from '../results/similarity.ts';
import { grid, interval, number, pValue } from './text-grid.ts';

/** The 3x3 tables of every way of pooling that has numbers, and what they say across cells. */
export function similarityText({ measures, settings }: SimilaritySummary): string {
  const known = SIMILARITY_MEASURES.filter((measure) =>
    measures[measure].cells.some(({ value }) => value !== null),
  );
  const lines = [
    'Cosine of caption and picture, the target alone on white',
    ...known.flatMap((measure) => [
      '',
      ...measureLines(POOLING_LABELS[measure], measures[measure]),
    ]),
    '',
    'Position schemes have no part in these numbers.',
    `Brackets are 95 % intervals from ${settings.resamples} resamples of groups (seed ${settings.seed});`,
    `p of the range from ${settings.permutations} permutations inside groups.`,
  ];
  return `${lines.join('\n').replaceAll('’', "'")}\n`;
}

function measureLines(label: string, measure: SimilarityMeasureSummary): string[] {
  const { cells, across, groups, incompleteGroups } = measure;
  const texts = cells.map(({ value }, at) => {
    if (value === null) return 'no data';
    const estimate = across?.cells[at];
    return estimate && incompleteGroups === 0 ? interval(estimate) : number(value);
  });
  const lines = [label, '='.repeat(label.length), ...grid(texts)];
  if (across === null)
    return [...lines, '  Intervals and statistics across cells need at least two complete groups.'];
  const { mean, sd, range, rangeNull } = across;
  lines.push(
    `  ${groups} groups: mean ${interval(mean)}, SD ${interval(sd)}`,
    `  range (max - min) ${interval(range)}, ${pValue(rangeNull.p)} (by chance ${number(rangeNull.nullMean)})`,
  );
  if (incompleteGroups > 0) lines.push(`  Left out: ${incompleteGroups} incomplete groups.`);
  return lines;
}
