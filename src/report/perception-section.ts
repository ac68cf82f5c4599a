/** What perception maps say: how much of a map lies in the target's own cell, and how modes agree. */
import { fewGroups } from '../results/few-groups.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { PerceptionRecord } from '../results/perception-records.ts';
import {
  summarizePerception,
  type PerceptionSummary,
  type ShareEstimate,
} from '../results/perception-summary.ts';
import { CELLS } from '../results/records.ts';
import { perceptionFigures } from './perception-figures.ts';
import { columns, estimateValue, valueText, type ReportTable } from './report-table.ts';
import type { SectionContent } from './section-content.ts';

export function perceptionSection(
  records: readonly PerceptionRecord[],
  { model, dataset, groups, seed, settings }: RunManifest,
): SectionContent {
  const summary = summarizePerception(records);
  const source = { model: model.name, dataset: dataset.name, groups, seed };
  const figures = perceptionFigures(summary, source);
  return {
    findings: findings(summary, String(settings?.['fill'] ?? 'one colour')),
    skipped: [
      ...summary.conditions
        .filter(({ withoutMap }) => withoutMap > 0)
        .map(
          ({ scheme, mode, withoutMap, pictures }) =>
            `${withoutMap} of ${pictures} pictures have no ${mode} map under ${scheme.label} positions: the answer was empty, or no tile changed it.`,
        ),
      'Maps over single pictures are not in the report; the command below draws them, and the records hold their numbers.',
    ],
    figures,
    shown: figures.map(({ name }) => name),
    tables: [
      conditionsTable(summary),
      sharesTable(summary),
      changesTable(summary),
      agreementTable(summary),
    ].filter(({ rows }) => rows.length > 0),
  };
}

function findings({ groups, conditions, comparisons }: PerceptionSummary, fill: string): string[] {
  const few = fewGroups(groups);
  return [
    `Tiles of a picture were covered in ${fill} one by one; a map shows how much each of them changes the answer.`,
    ...conditions.flatMap(({ scheme, mode, meanShare }) =>
      meanShare === null
        ? []
        : [
            `Under ${scheme.label} positions ${share(meanShare)} of a ${mode} map lies in the target’s own cell on average; a flat map has 0.111.`,
          ],
    ),
    ...comparisons.flatMap(({ first, second, mode, meanShare }) =>
      meanShare === null
        ? []
        : [
            `From ${first} to ${second} positions that share changes by ${valueText(estimateValue(meanShare), 'signed')} (${mode} mode${decided(meanShare)}).`,
          ],
    ),
    ...(few === undefined ? [] : [few]),
  ];
}

function share(estimate: ShareEstimate): string {
  return valueText(estimateValue(estimate), 'value');
}

function decided({ interval }: ShareEstimate): string {
  if (!interval) return '';
  return interval[0] <= 0 && interval[1] >= 0 ? ', an interval with 0 in it' : '';
}

function conditionsTable({ conditions, settings }: PerceptionSummary): ReportTable {
  return {
    name: 'conditions',
    caption: `Share of the maps in the target's own cell, mean of the nine cells; 95 % intervals from ${settings.resamples} resamples of groups (seed ${settings.seed})`,
    columns: columns({
      positions: 'text',
      mode: 'text',
      pictures: 'count',
      'without a map': 'count',
      'mean share': 'value',
      tiles: 'count',
      passes: 'count',
    }),
    rows: conditions.map(({ scheme, mode, pictures, withoutMap, meanShare, tiles, passes }) => [
      scheme.label,
      mode,
      pictures,
      withoutMap,
      estimateValue(meanShare),
      tiles,
      passes,
    ]),
  };
}

function sharesTable({ conditions }: PerceptionSummary): ReportTable {
  return {
    name: 'shares',
    caption: "Share of the maps in the target's own cell, by that cell",
    columns: columns({
      positions: 'text',
      mode: 'text',
      cell: 'text',
      maps: 'count',
      share: 'value',
    }),
    rows: conditions.flatMap(({ scheme, mode, cells }) =>
      cells.map(({ cell, n, share }) => [
        scheme.label,
        mode,
        cell.replaceAll('_', ' '),
        n,
        estimateValue(share),
      ]),
    ),
  };
}

function changesTable({ comparisons }: PerceptionSummary): ReportTable {
  return {
    name: 'changes',
    caption:
      'What changes in the shares between schemes, over the pictures that both have a map of',
    columns: columns({ difference: 'text', mode: 'text', cell: 'text', change: 'signed' }),
    rows: comparisons.flatMap(({ first, second, mode, cells, meanShare }) => {
      const pair = `${second} − ${first}`;
      return [
        ...cells.map((change, at) => [
          pair,
          mode,
          CELLS[at]!.replaceAll('_', ' '),
          estimateValue(change),
        ]),
        [pair, mode, 'mean', estimateValue(meanShare)],
      ];
    }),
  };
}

function agreementTable({ agreements }: PerceptionSummary): ReportTable {
  return {
    name: 'agreement',
    caption: "How two modes order the tiles of the same pictures: Spearman's rank correlation",
    columns: columns({
      positions: 'text',
      modes: 'text',
      pictures: 'count',
      'all tiles': 'value',
      'tiles above 0': 'value',
    }),
    rows: agreements.map(({ scheme, first, second, pictures, all, changed }) => [
      scheme,
      `${first}, ${second}`,
      pictures,
      all?.mean ?? null,
      changed?.mean ?? null,
    ]),
  };
}
