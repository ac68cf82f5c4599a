/** From fewer, percentile intervals are too narrow. */
const ENOUGH_GROUPS = 20;

/** The warning that numbers over so many groups come with; undefined where they are enough. */
export function fewGroups(...counts: readonly number[]): string | undefined {
  if (Math.min(...counts) >= ENOUGH_GROUPS) return undefined;
  if (counts.length === 1 && counts[0] === 1) return 'Only 1 group, so there are no intervals.';
  return `Only ${counts.join(' and ')} groups: intervals from so few are too narrow, so take this for a trial run.`;
}
