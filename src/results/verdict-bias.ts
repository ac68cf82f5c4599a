/** The bias of one scheme, in words. */
import type { Measure } from './resampled-schemes.ts';
import type { GroupSummary, MeasureSummary, SchemeSummary } from './summary.ts';
import {
  cellsWith,
  cellWords,
  decimals,
  isLikelyChance,
  pWords,
  quantityOf,
  spanWords,
} from './verdict-words.ts';

/** With a larger or smaller share of right answers, hardly any can differ between cells. */
const SATURATED = 0.98;

/** From this share on, outputs that say neither could make a map by themselves. */
const MANY_UNPARSED = 0.05;

/** From this share on, saying Yes to what is absent is worth a sentence. */
const MANY_FALSE_ALARMS = 0.2;

/** Whether both tests of a scheme's bias speak, one, or none. */
export type BiasEvidence = 'clear' | 'mixed' | 'none';

/** The permutation null of the range, and Cochran's Q where it is a test of the same items. */
export function biasEvidence(across: GroupSummary, measure: Measure): BiasEvidence {
  const tests = [of(across, measure).rangeNull.p];
  if (hasCochran(across, measure)) tests.push(across.positives.cochran.p);
  const clear = tests.filter((p) => !isLikelyChance(p)).length;
  return clear === tests.length ? 'clear' : clear === 0 ? 'none' : 'mixed';
}

/**
 * Cochran's Q tests positive items alone, and its chi-squared distribution needs enough groups that
 * vary (24 answers in them: Tate and Brown, 1970, JASA 65, 155-160).
 */
function hasCochran({ groups, positives }: GroupSummary, measure: Measure): boolean {
  const varying = Math.round(groups * (1 - positives.consistency.same));
  return measure === 'accuracy' && varying * 9 >= 24;
}

function of(across: GroupSummary, measure: Measure): MeasureSummary {
  return across[measure] ?? across.accuracy;
}

/** The evidence in a line. */
export function biasHeadline({ scheme, across }: SchemeSummary, measure: Measure): string {
  const words: Readonly<Record<BiasEvidence, string>> = {
    clear: `a bias beyond chance (range ${decimals(of(across!, measure).range.value)})`,
    mixed: 'a bias that two tests disagree about',
    none: 'no bias that can be told from chance',
  };
  return `${scheme.label}: ${words[biasEvidence(across!, measure)]}.`;
}

/** Size, evidence and what limits both, of one scheme that has complete groups. */
export function biasSentences(
  { scheme, across, cells }: SchemeSummary,
  measure: Measure,
): string[] {
  const found = of(across!, measure);
  const unparsed = meanOf(cells.map(({ unparsedShare }) => unparsedShare));
  return [
    sizeSentence(scheme.label, found, quantityOf(measure, across!.balancedAccuracy !== null)),
    chanceSentence(across!, measure),
    ...saturationSentences(across!, found, biasEvidence(across!, measure)),
    ...falseAlarmSentences(scheme.label, across!, cells, measure),
    ...(unparsed > 0
      ? [
          `${decimals(unparsed * 100, 1)} % of its outputs say neither Yes nor No and count as wrong${unparsed >= MANY_UNPARSED ? ', so part of this map may be of the answers’ form, not of what is seen' : ''}.`,
        ]
      : []),
  ];
}

function sizeSentence(label: string, found: MeasureSummary, quantity: string): string {
  const { mean, range, best, worst } = found;
  const start = `Under ${label} positions the mean ${quantity} over the nine cells is ${decimals(mean.value)}`;
  if (best.value === worst.value) return `${start}, the same in every cell.`;
  return `${start}: worst ${placeWords(found, worst.value)} (${decimals(worst.value)}), best ${placeWords(found, best.value)} (${decimals(best.value)}), a range of ${spanWords(range)}.`;
}

/** The cells that have a value: by name where they are one or two. */
function placeWords(found: MeasureSummary, value: number): string {
  const names = cellsWith(found, value).map(cellWords);
  if (names.length > 2) return `in ${names.length} cells`;
  return `in the ${names.join(' and ')} ${names.length === 1 ? 'cell' : 'cells'}`;
}

function chanceSentence(across: GroupSummary, measure: Measure): string {
  const { range, rangeNull } = of(across, measure);
  if (range.value === 0 && rangeNull.nullMean === 0)
    return 'In no group does being right depend on the cell, so nothing here tells of a bias.';
  const shuffled = `shuffling the cells inside each group makes a range of ${decimals(rangeNull.nullMean)} on average, and one as large as this with ${pWords(rangeNull.p)}`;
  const cochran = hasCochran(across, measure) ? across.positives.cochran : undefined;
  const also = cochran === undefined ? '' : `; Cochran’s Q has ${pWords(cochran.p)}`;
  switch (biasEvidence(across, measure)) {
    case 'clear':
      return `That is more than chance explains: ${shuffled}${also}.`;
    case 'mixed':
      return `Whether that is more than chance is open, for two tests disagree: ${shuffled}${also}.`;
    case 'none':
      return `That is not distinguishable from chance: ${shuffled}${also}. It is no proof that there is no bias: the range’s interval reaches ${decimals(range.high)}.`;
  }
}

/** Where accuracy has no room left, margins may still tell. */
function saturationSentences(
  { margins }: GroupSummary,
  { mean }: MeasureSummary,
  evidence: BiasEvidence,
): string[] {
  const high = mean.value >= SATURATED;
  if (!high && mean.value > 1 - SATURATED) return [];
  const { range, rangeNull, resamples } = margins;
  const beyond = isLikelyChance(rangeNull.p)
    ? `are not distinguishable from chance${evidence === 'none' ? ' either' : ''}`
    : 'differ by more than chance';
  return [
    `Nearly every answer is ${high ? 'right' : 'wrong'}, so accuracy has hardly any room to show a bias. The mean margins of the cells ${beyond} (range ${spanWords(range)}, by chance ${decimals(rangeNull.nullMean)}, ${pWords(rangeNull.p)}; from ${resamples} resamples and ${rangeNull.permutations} permutations).`,
  ];
}

function falseAlarmSentences(
  label: string,
  { sensitivity }: GroupSummary,
  cells: SchemeSummary['cells'],
  measure: Measure,
): string[] {
  if (sensitivity === null)
    return ['There are no negative items, so a model that always says Yes would look as good.'];
  const yes = meanOf(cells.map(({ yesRateOnNegatives }) => yesRateOnNegatives?.value ?? null));
  if (sensitivity.low <= 0)
    return [
      `That its answers tell what is there from what is not cannot be shown here (d′ ${spanWords(sensitivity)}; Yes to ${decimals(yes)} of what is absent), so the map under ${label} positions may show a habit of answering, not of seeing.`,
    ];
  if (measure === 'balancedAccuracy' || yes < MANY_FALSE_ALARMS) return [];
  return [
    `It also says Yes to ${decimals(yes)} of what is absent: read accuracy beside balanced accuracy and d′ (${spanWords(sensitivity)}).`,
  ];
}

/** Over the cells that have a value; 0 where none has. */
function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
}
