import { normalQuantile } from './normal.ts';

/**
 * Sensitivity d′ = z(hit rate) - z(false alarm rate) with the log-linear correction: half a trial is
 * added to each count and one to each number of trials, so that rates of 0 and 1 stay finite. Source:
 * Hautus (1995), Behavior Research Methods 27, 46-51. Null without trials of either kind.
 */
export function dPrime(
  hits: number,
  positives: number,
  falseAlarms: number,
  negatives: number,
): number | null {
  if (positives === 0 || negatives === 0) return null;
  const hitRate = (hits + 0.5) / (positives + 1);
  const falseAlarmRate = (falseAlarms + 0.5) / (negatives + 1);
  return normalQuantile(hitRate) - normalQuantile(falseAlarmRate);
}
