/**
 * A probe's summary in words, no sentence of which says more than its numbers: how large the bias is,
 * whether it is distinguishable from chance, what another scheme changed, and how sure that is.
 */
import { fewGroups } from './few-groups.ts';
import type { Measure } from './resampled-schemes.ts';
import type { ProbeSummary, SchemeSummary } from './summary.ts';
import { biasHeadline, biasSentences } from './verdict-bias.ts';
import { changeHeadline, changeSentences } from './verdict-change.ts';

/** What a sentence is about: one scheme, the change to another, or what limits both. */
export type VerdictTopic = 'bias' | 'change' | 'certainty';

export interface VerdictSentence {
  readonly topic: VerdictTopic;
  /** Plain text with true minus signs. */
  readonly text: string;
}

export interface VerdictOptions {
  /** Accuracy on positive items where absent. */
  readonly measure?: Measure | undefined;
  /** Labels of the schemes to speak about, in their order; all where absent. */
  readonly schemes?: readonly string[] | undefined;
}

const NO_VERDICT =
  'No verdict yet: a bias can be told from chance only over at least two groups with an answer for all nine cells.';

/** The verdict as sentences, in reading order. */
export function verdict(summary: ProbeSummary, options: VerdictOptions = {}): VerdictSentence[] {
  const { schemes, comparisons, measure } = spokenOf(summary, options);
  if (schemes.length === 0) return [];
  if (schemes.some(({ across }) => across === null))
    return [{ topic: 'certainty', text: NO_VERDICT }];
  const sentences = (topic: VerdictTopic, texts: readonly string[]) =>
    texts.map((text) => ({ topic, text }));
  return [
    ...schemes.flatMap((scheme) => sentences('bias', biasSentences(scheme, measure))),
    ...comparisons.flatMap((comparison) =>
      sentences('change', changeSentences(comparison, schemes, measure)),
    ),
    ...sentences('certainty', certaintySentences(summary, schemes)),
  ];
}

/** The same in a line, for what has no room; empty where there are no records. */
export function verdictHeadline(summary: ProbeSummary, options: VerdictOptions = {}): string {
  const { schemes, comparisons, measure } = spokenOf(summary, options);
  if (schemes.length === 0) return '';
  if (schemes.some(({ across }) => across === null)) return NO_VERDICT;
  const groups = groupCounts(schemes);
  return [
    ...schemes.map((scheme) => biasHeadline(scheme, measure)),
    ...comparisons.map((comparison) => changeHeadline(comparison, measure)),
    ...(fewGroups(...groups) === undefined ? [] : [`Only ${groups.join(' and ')} groups.`]),
  ].join(' ');
}

function spokenOf(
  { schemes, comparisons }: ProbeSummary,
  { measure = 'accuracy', schemes: labels }: VerdictOptions,
) {
  const spoken = (label: string) => labels === undefined || labels.includes(label);
  return {
    measure,
    schemes: schemes.filter(({ scheme }) => spoken(scheme.label)),
    comparisons: comparisons.filter(({ first, second }) => spoken(first) && spoken(second)),
  };
}

/** Complete groups: one number where all schemes share them, one for each where they do not. */
function groupCounts(schemes: readonly SchemeSummary[]): number[] {
  const counts = schemes.map(({ across }) => across!.groups);
  return new Set(counts).size === 1 ? [counts[0]!] : counts;
}

function certaintySentences(
  { settings, incompleteGroups }: ProbeSummary,
  schemes: readonly SchemeSummary[],
): string[] {
  const counts = groupCounts(schemes);
  const [groups, few] = [counts.join(' and '), fewGroups(...counts)];
  return [
    ...(few === undefined ? [] : [few]),
    `${groups} groups; brackets are 95 % intervals from ${settings.resamples} resamples of groups, p from ${settings.permutations} permutations (seed ${settings.seed}). Where there is nothing to find, each test still finds something once in twenty times.`,
    ...(incompleteGroups > 0
      ? [
          `Left out: ${incompleteGroups === 1 ? '1 group' : `${incompleteGroups} groups`} without an answer for every cell.`,
        ]
      : []),
  ];
}
