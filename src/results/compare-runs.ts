/** Two conditions of a probe side by side: two schemes of one run, or one of each of two runs. */
import { conditionNames } from './condition-names.ts';
import { flippedItems, type FlippedItem } from './flipped-items.ts';
import { manifestDifferences, type ManifestDifference } from './manifest-differences.ts';
import type { RunManifest } from './manifest.ts';
import type { ProbeRecord, Scheme } from './records.ts';
import { ResampledSchemes, schemeBits, type Measure } from './resampled-schemes.ts';
import { acrossCells, type AcrossCells } from './statistics/across-cells.ts';
import { groupTables } from './statistics/group-table.ts';
import { summarize, type ProbeSummary, type SummaryOptions } from './summary.ts';

/** One scheme of one run. */
export interface Condition {
  readonly manifest: RunManifest;
  readonly scheme: Scheme;
  /** Of this scheme alone. */
  readonly records: readonly ProbeRecord[];
}

export interface ConditionComparison {
  /** Names of the two, told apart by what differs; also the labels in the summary. */
  readonly first: string;
  readonly second: string;
  /** What differs between the runs; empty for two schemes of one run. */
  readonly differences: readonly ManifestDifference[];
  /**
   * `paired`: over the groups in which both were asked the same of the same pictures. `apart`: hardly
   * any such group, so that nothing is paired and each has its own groups.
   */
  readonly pairing: 'paired' | 'apart';
  /** Groups of either that have no partner; all where nothing is paired. */
  readonly unpaired: number;
  /** Of both; has a comparison where they are paired and have two complete groups. */
  readonly summary: ProbeSummary;
  /** The second less the first; null without complete groups, or without negatives. */
  readonly changes: Readonly<Record<Measure, AcrossCells | null>>;
  /** Items that one got right and the other wrong; none where nothing is paired. */
  readonly flipped: readonly FlippedItem[];
}

/** Fewer cannot be resampled. */
const LEAST_GROUPS = 2;

/** The conditions of a run, in the order of its manifest. */
export function conditionsOf(run: {
  readonly manifest: RunManifest;
  readonly records: readonly ProbeRecord[];
}): Condition[] {
  return run.manifest.schemes.map((scheme) => ({
    manifest: run.manifest,
    scheme,
    records: run.records.filter((record) => record.scheme === scheme.label),
  }));
}

/** Compares two conditions. The same records, options and seed give the same numbers. */
export function compareConditions(
  a: Condition,
  b: Condition,
  options: Partial<SummaryOptions> = {},
): ConditionComparison {
  const [first, second] = conditionNames(a, b);
  const differences = manifestDifferences(a.manifest, b.manifest);
  const groups = commonGroups(a, b);
  const groupsOf = (...runs: readonly Condition[]) =>
    new Set(runs.flatMap(({ records }) => records.map(({ group }) => group))).size;
  const paired = groups.size >= LEAST_GROUPS;
  const part = ({ records }: Condition, scheme: string) =>
    (paired ? records.filter(({ group }) => groups.has(group)) : records).map((record) => ({
      ...record,
      scheme,
    }));
  const [recordsA, recordsB] = [part(a, first), part(b, second)];
  const names = { first, second, differences };
  if (!paired) {
    // Their numbers may be the same; the groups are not.
    const unpaired = groupsOf(a) + groupsOf(b);
    const apart = apartSummaries(recordsA, recordsB, options);
    return { ...names, pairing: 'apart', unpaired, ...apart, flipped: [] };
  }
  const summary = summarize([...recordsA, ...recordsB], options);
  const [compared] = summary.comparisons;
  return {
    ...names,
    pairing: 'paired',
    unpaired: groupsOf(a, b) - groups.size,
    summary,
    changes: {
      accuracy: compared?.accuracy ?? null,
      balancedAccuracy: compared?.balancedAccuracy ?? null,
    },
    flipped: flippedItems(recordsA, recordsB),
  };
}

/** Groups in which every question that both were asked is the same, about the same pictures. */
function commonGroups(a: Condition, b: Condition): Set<number> {
  if (a.manifest.dataset.hash !== b.manifest.dataset.hash) return new Set();
  const asked = new Map(a.records.map((record) => [questionKey(record), questionOf(record)]));
  const [common, broken] = [new Set<number>(), new Set<number>()];
  for (const record of b.records) {
    const other = asked.get(questionKey(record));
    if (other === undefined) continue;
    (other === questionOf(record) ? common : broken).add(record.group);
  }
  for (const group of broken) common.delete(group);
  return common;
}

function questionKey({ group, cell, polarity }: ProbeRecord): string {
  return `${group}/${cell}/${polarity}`;
}

function questionOf({ pictures, caption }: ProbeRecord): string {
  return JSON.stringify([pictures, caption]);
}

/** Each by itself; a change's interval is of two independent bootstraps. */
function apartSummaries(
  a: readonly ProbeRecord[],
  b: readonly ProbeRecord[],
  options: Partial<SummaryOptions>,
): Pick<ConditionComparison, 'summary' | 'changes'> {
  const [before, after] = [summarize(a, options), summarize(b, options)];
  const { settings } = before;
  const summary: ProbeSummary = {
    ...before,
    incompleteGroups: before.incompleteGroups + after.incompleteGroups,
    schemes: [...before.schemes, ...after.schemes],
    comparisons: [],
  };
  const [first, second] = [a, b].map((records, at) => {
    const { tables } = groupTables([records]);
    const groups = tables[0]!.groups.length;
    if (groups < LEAST_GROUPS) return null;
    // Another seed for each: the same draws of groups would pair what is not paired.
    const seeded = { ...settings, seed: settings.seed + at };
    return new ResampledSchemes(tables.map(schemeBits), groups, seeded);
  });
  const change = (measure: Measure): AcrossCells | null => {
    if (!first || !second) return null;
    const withNegatives = [first, second].every(({ bits }) => bits[0]!.negative !== null);
    if (measure === 'balancedAccuracy' && !withNegatives) return null;
    const [from, to] = [first.describe(0, measure), second.describe(0, measure)];
    return acrossCells(
      to.observed.map((value, at) => value - from.observed[at]!),
      to.resampled.map((value, at) => value - from.resampled[at]!),
    );
  };
  return {
    summary,
    changes: { accuracy: change('accuracy'), balancedAccuracy: change('balancedAccuracy') },
  };
}
