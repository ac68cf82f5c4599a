/** A summary of perception maps as text of at most 80 columns, in ASCII. */
import { fewGroups } from '../results/few-groups.ts';
import type {
  ModeAgreement,
  PerceptionCondition,
  PerceptionSummary,
  ShareComparison,
  ShareEstimate,
  Spread,
} from '../results/perception-summary.ts';
import { grid, number } from './text-grid.ts';

/** The 3x3 tables of every scheme and mode, their passes, and how the modes agree. Ends with a line end. */
export function perceptionText(summary: PerceptionSummary): string {
  const { groups, conditions, comparisons, agreements, settings } = summary;
  const few = fewGroups(groups);
  const lines = [
    ...conditions.flatMap((condition) => [...conditionLines(condition), '']),
    ...comparisons.flatMap((comparison) => [...comparisonLines(comparison), '']),
    ...agreements.flatMap((agreement) => [...agreementLines(agreement, conditions), '']),
    `Brackets are 95 % intervals from ${settings.resamples} resamples of groups (seed ${settings.seed}).`,
    ...(few === undefined ? [] : [few.replace(', ', ',\n')]),
  ];
  return `${lines.join('\n')}\n`;
}

function titled(title: string): string[] {
  return [title, '='.repeat(title.length)];
}

function conditionLines(condition: PerceptionCondition): string[] {
  const { scheme, mode, pictures, withoutMap, cells, meanShare } = condition;
  const without = withoutMap === 0 ? '' : `, ${withoutMap} of them without a map`;
  return [
    ...titled(`${scheme.label} positions, ${mode} mode, ${pictures} pictures${without}`),
    "Share of the map in the target's own cell (a flat map has .111)",
    ...grid(cells.map(({ share }) => estimate(share))),
    `  mean ${estimate(meanShare)}`,
    ...(condition.passes === 0 ? [] : [`  ${passesText(condition)}`]),
  ];
}

function passesText({ passes, tiles, pictures }: PerceptionCondition): string {
  const each = (count: number) => (count / pictures).toFixed(1);
  return `passes: ${passes} of ${tiles} tiles, ${each(passes)} of ${each(tiles)} a picture`;
}

function comparisonLines({ mode, first, second, cells, meanShare }: ShareComparison): string[] {
  return [
    ...titled(`${second} less ${first}, ${mode} mode`),
    'Difference in the share',
    ...grid(cells.map((share) => estimate(share, true))),
    `  mean ${estimate(meanShare, true)}`,
  ];
}

function agreementLines(
  { scheme, first, second, pictures, all, changed }: ModeAgreement,
  conditions: readonly PerceptionCondition[],
): string[] {
  const passes = [first, second].map((mode) => {
    const own = conditions.find((one) => one.mode === mode && one.scheme.label === scheme)!;
    return `${mode} ${own.passes}`;
  });
  return [
    ...titled(`${first} and ${second} maps under ${scheme} positions, ${pictures} pictures`),
    "Spearman's rank correlation of a picture's two maps: mean (least to most)",
    `  all tiles                          ${spread(all)}`,
    `  tiles above 0 in at least one map  ${spread(changed)}`,
    `  passes: ${passes.join(', ')}`,
  ];
}

function estimate(share: ShareEstimate | null, signed = false): string {
  if (!share) return 'no data';
  const value = number(share.value, signed);
  if (!share.interval) return value;
  const [low, high] = share.interval;
  return `${value} [${number(low, signed)}, ${number(high, signed)}]`;
}

function spread(values: Spread | null): string {
  if (!values) return 'no data';
  return `${number(values.mean)} (${number(values.least)} to ${number(values.most)})`;
}
