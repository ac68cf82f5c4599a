/** What similarities say: the cosine of caption and picture by the cell that the target stands in. */
import { fewGroups } from '../results/few-groups.ts';
import type { RunManifest } from '../results/manifest.ts';
import {
  POOLING_LABELS,
  summarizeSimilarity,
  type SimilaritySummary,
} from '../results/similarity-summary.ts';
import { SIMILARITY_MEASURES, type SimilarityRecord } from '../results/similarity.ts';
import { columns, valueText, type ReportTable } from './report-table.ts';
import type { SectionContent } from './section-content.ts';
import { similarityFigures } from './similarity-figures.ts';

export function similaritySection(
  records: readonly SimilarityRecord[],
  { model, dataset, groups, seed }: RunManifest,
): SectionContent {
  const summary = summarizeSimilarity(records);
  const figures = similarityFigures(summary, {
    model: model.name,
    dataset: dataset.name,
    groups,
    seed,
  });
  return {
    findings: findings(summary),
    skipped: skipped(summary),
    figures,
    // Cosines of neighbouring cells differ in the third decimal, which the scale from 0 to 1 hides.
    shown: ['similarity', 'similarity-fitted'],
    tables: [cellsTable(summary), acrossTable(summary)].filter(({ rows }) => rows.length > 0),
  };
}

function findings({ measures }: SimilaritySummary): string[] {
  const { across, groups } = measures.max;
  const few = across === null ? undefined : fewGroups(groups);
  return [
    'The target stood alone on white in each of the nine cells; its projected image tokens were compared with its caption, before the language model. No position scheme has a part in it.',
    ...SIMILARITY_MEASURES.flatMap((measure) => {
      const { across } = measures[measure];
      if (across === null) return [];
      const { range, rangeNull, mean } = across;
      return [
        `Pooled by ${POOLING_LABELS[measure]}, the cosine is ${valueText(mean, 'value')} on average and its range over cells ${valueText(range, 'value')}; shuffled positions give ${valueText(rangeNull.nullMean, 'value')} on average, and at least as much with p ${pText(rangeNull.p)}.`,
      ];
    }),
    ...(few === undefined ? [] : [few]),
  ];
}

function pText(p: number): string {
  const text = valueText(p, 'p');
  return text.startsWith('<') ? text : `= ${text}`;
}

function skipped({ measures }: SimilaritySummary): string[] {
  return SIMILARITY_MEASURES.flatMap((measure) => {
    const { cells, incompleteGroups, across } = measures[measure];
    const label = POOLING_LABELS[measure];
    if (cells.every(({ value }) => value === null))
      return [`Pooled by ${label} there are no numbers.`];
    return [
      ...(incompleteGroups > 0
        ? [`Pooled by ${label}, groups with a missing cell: ${incompleteGroups}.`]
        : []),
      ...(across === null
        ? [`Pooled by ${label}, statistics across cells need two complete groups and are left out.`]
        : []),
    ];
  });
}

function cellsTable({ measures }: SimilaritySummary): ReportTable {
  return {
    name: 'cells',
    caption: 'Mean cosine of caption and picture by cell, with 95 % intervals',
    columns: columns({ pooling: 'text', cell: 'text', pictures: 'count', cosine: 'value' }),
    rows: SIMILARITY_MEASURES.flatMap((measure) => {
      const { cells, across, incompleteGroups } = measures[measure];
      return cells.map(({ cell, n, value }, at) => [
        POOLING_LABELS[measure],
        cell.replaceAll('_', ' '),
        n,
        across && incompleteGroups === 0 ? across.cells[at]! : value,
      ]);
    }),
  };
}

function acrossTable({ measures, settings }: SimilaritySummary): ReportTable {
  const { resamples, permutations, seed } = settings;
  return {
    name: 'across-cells',
    caption: `Across the nine cells; 95 % intervals from ${resamples} resamples of groups (seed ${seed}), the range by chance and its p from ${permutations} permutations inside groups`,
    columns: columns({
      pooling: 'text',
      groups: 'count',
      mean: 'value',
      SD: 'value',
      'range (max − min)': 'value',
      'range by chance': 'value',
      p: 'p',
    }),
    rows: SIMILARITY_MEASURES.flatMap((measure) => {
      const { across, groups } = measures[measure];
      if (across === null) return [];
      const { mean, sd, range, rangeNull } = across;
      return [[POOLING_LABELS[measure], groups, mean, sd, range, rangeNull.nullMean, rangeNull.p]];
    }),
  };
}
