/** What going from one scheme to another changed, in words. */
import type { Measure } from './resampled-schemes.ts';
import type { Comparison, MeasureComparison } from './scheme-comparison.ts';
import { BALANCED, STANDARD } from './scheme.ts';
import type { SchemeSummary } from './summary.ts';
import { biasEvidence } from './verdict-bias.ts';
import {
  cellWords,
  change,
  changeWords,
  decimals,
  isLikelyChance,
  leavesOutZero,
  pWords,
  quantityOf,
} from './verdict-words.ts';

/** Whether the interval of a change and the exchange of schemes both speak, one, or none. */
type ChangeEvidence = 'clear' | 'mixed' | 'none';

/** The evidence in a line. */
export function changeHeadline(comparison: Comparison, measure: Measure): string {
  const found = comparison[measure] ?? comparison.accuracy;
  const rangeWord = direction(found.range.value, 'smaller', 'larger');
  const meanWord = direction(found.mean.value, 'lower', 'higher');
  const range: Readonly<Record<ChangeEvidence, string>> = {
    clear: `a ${rangeWord} range (${change(found.range.value)})`,
    mixed: `perhaps a ${rangeWord} range`,
    none: 'no change of the range that can be told from chance',
  };
  const mean: Readonly<Record<ChangeEvidence, string>> = {
    clear: `, and a ${meanWord} mean (${change(found.mean.value)})`,
    mixed: `, and perhaps a ${meanWord} mean`,
    none: '',
  };
  const subject = subjectOf(comparison.first, comparison.second);
  return `${subject}: ${range[evidenceOf(found, 'range')]}${mean[evidenceOf(found, 'mean')]}.`;
}

/** Range, mean and single cells; `schemes` hold the two that are compared. */
export function changeSentences(
  comparison: Comparison,
  schemes: readonly SchemeSummary[],
  measure: Measure,
): string[] {
  const { first, second, accuracy, balancedAccuracy } = comparison;
  const found = comparison[measure] ?? accuracy;
  const [before, after] = [first, second].map((label) =>
    schemes.find(({ scheme }) => scheme.label === label),
  ) as [SchemeSummary, SchemeSummary];
  const quantity = quantityOf(measure, balancedAccuracy !== null);
  const subject = subjectOf(first, second);
  return [
    rangeSentence(found, before, after, measure, subject),
    meanSentence(found, quantity),
    cellsSentence(found),
    ...(measure === 'accuracy' &&
    balancedAccuracy &&
    evidenceOf(balancedAccuracy, 'mean') === 'clear'
      ? [
          `With the negatives counted in, mean balanced accuracy changes by ${changeWords(balancedAccuracy.mean)}.`,
        ]
      : []),
  ];
}

function subjectOf(first: string, second: string): string {
  if (first === STANDARD.label && second === BALANCED.label) return 'BaPA';
  if (first === STANDARD.label && Number.isFinite(Number(second)))
    return `BaPA at strength ${second}`;
  return `Going from ${first} to ${second}`;
}

/**
 * A change is clear where its interval leaves 0 out and exchanging the schemes seldom makes one as
 * large: the interval alone is fooled by a few wrong answers under one scheme.
 */
function evidenceOf(found: MeasureComparison, what: 'mean' | 'range'): ChangeEvidence {
  const p = what === 'mean' ? found.swaps.pMean : found.swaps.pRange;
  const signs = [leavesOutZero(found[what]), !isLikelyChance(p)];
  return signs.every(Boolean) ? 'clear' : signs.some(Boolean) ? 'mixed' : 'none';
}

/** What was observed; an interval may leave 0 out all the same where that is 0. */
function direction(value: number, less: string, more: string): string {
  if (value === 0) return 'different';
  return value < 0 ? less : more;
}

function rangeSentence(
  found: MeasureComparison,
  before: SchemeSummary,
  after: SchemeSummary,
  measure: Measure,
  subject: string,
): string {
  const rangeOf = ({ across }: SchemeSummary) => (across![measure] ?? across!.accuracy).range.value;
  const [from, to] = [rangeOf(before), rangeOf(after)];
  const numbers = `from ${decimals(from)} to ${decimals(to)}, a change of ${changeWords(found.range)}, ${pWords(found.swaps.pRange)} when the two are exchanged inside groups`;
  const word = direction(found.range.value, 'smaller', 'larger');
  switch (evidenceOf(found, 'range')) {
    case 'clear':
      return `${subject} makes the range over cells ${word}: ${numbers}.${remains(after, measure)}`;
    case 'mixed':
      return `${subject} may make the range over cells ${word}, but interval and test disagree: ${numbers}.`;
    case 'none': {
      const none = biasEvidence(before.across!, measure) === 'none';
      return `Whether ${lowerFirst(subject)} changes the range over cells cannot be told from these groups: ${numbers}.${none ? ' There was no range beyond chance to begin with.' : ''}`;
    }
  }
}

/** What is left of the bias under the second scheme. */
function remains({ across }: SchemeSummary, measure: Measure): string {
  switch (biasEvidence(across!, measure)) {
    case 'clear':
      return ' A range beyond chance is there under the second.';
    case 'mixed':
      return ' Whether the second’s range is beyond chance is open.';
    case 'none':
      return ' The second’s range is not distinguishable from chance.';
  }
}

function meanSentence(found: MeasureComparison, quantity: string): string {
  const numbers = `${changeWords(found.mean)}, ${pWords(found.swaps.pMean)}`;
  const verb = found.mean.value < 0 ? 'falls' : 'rises';
  switch (evidenceOf(found, 'mean')) {
    case 'clear': {
      const evener =
        found.mean.value < 0 && found.range.value < 0 && evidenceOf(found, 'range') === 'clear'
          ? ' The map is more even, and fewer answers are right.'
          : '';
      return `Mean ${quantity} ${verb}: ${numbers}.${evener}`;
    }
    case 'mixed':
      return `Mean ${quantity} may have changed, but interval and test disagree: ${numbers}.`;
    case 'none':
      return `No change of mean ${quantity} can be told from chance: ${numbers}.`;
  }
}

function cellsSentence({ tests, cells }: MeasureComparison): string {
  const clear = tests.flatMap(({ cell, pHolm }, at) =>
    isLikelyChance(pHolm)
      ? []
      : [`${cellWords(cell)} ${change(cells[at]!.value)} (${pWords(pHolm)})`],
  );
  const how = 'exact McNemar, Holm over nine cells';
  return clear.length === 0
    ? `No single cell changes beyond chance (${how}).`
    : `Cells that change beyond chance (${how}): ${clear.join(', ')}.`;
}

function lowerFirst(text: string): string {
  return text.startsWith('BaPA') ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
