/** What information flow says: how the text behind a picture shares out its attention. */
import { formatNumber } from '../figures/number-text.ts';
import { overallShares, type FlowResult } from '../results/flow-maps.ts';
import type { FlowRecord, FlowShares } from '../results/flow-records.ts';
import { summarizeFlow } from '../results/flow-summary.ts';
import type { RunManifest } from '../results/manifest.ts';
import { flowFigures } from './flow-figures.ts';
import { columns, type ReportTable } from './report-table.ts';
import type { SectionContent } from './section-content.ts';

export function flowSection(records: readonly FlowRecord[], manifest: RunManifest): SectionContent {
  const result = summarizeFlow(records);
  const figures = flowFigures(result, manifest);
  return {
    findings: [
      ...result.schemes.map((maps) => {
        const { image, before, after } = overallShares(maps);
        return `Under ${maps.scheme.label} positions the text behind a picture gives ${percent(image)} of its attention to the picture’s tokens, ${percent(before)} to the text before and ${percent(after)} to the text behind it (mean over layers, heads and ${maps.samples} pictures).`;
      }),
      'An attention map is no evidence that an answer is right, nor that what is attended to decided it.',
    ],
    skipped: [],
    figures,
    shown: figures.map(({ name }) => name).filter((name) => name !== 'normalised'),
    tables: [sharesTable(result)],
  };
}

function percent(share: number): string {
  return `${formatNumber(share * 100, false, 1)} %`;
}

function sharesTable({ schemes }: FlowResult): ReportTable {
  return {
    name: 'shares',
    caption: 'How the attention of the text behind a picture is shared out, by layer',
    columns: columns({
      positions: 'text',
      layer: 'text',
      pictures: 'count',
      'to the picture': 'value',
      'to text before it': 'value',
      'to text behind it': 'value',
    }),
    rows: schemes.flatMap((maps) => {
      const row = (layer: string, { image, before, after }: FlowShares) => {
        return [maps.scheme.label, layer, maps.samples, image, before, after];
      };
      return [
        ...maps.shares.map((shares, layer) => row(String(layer), shares)),
        row('all', overallShares(maps)),
      ];
    }),
  };
}
