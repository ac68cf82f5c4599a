import { plannedRecords, type StoredRun } from '../results/run-layout.ts';

/** A sentence where a run lacks records that it was planned to write. */
export function missingRecords(run: StoredRun): string[] {
  const { dataset } = run.manifest;
  const [found, planned] = [run.records.length, plannedRecords(run)];
  // A picture that was put together by hand is no whole group of nine.
  if (dataset.name === 'bench' || found >= planned) return [];
  return [`The run was not finished: ${found} of ${planned} records are there.`];
}
