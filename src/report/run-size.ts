import { plannedRecords, type StoredRun } from '../results/run-layout.ts';

/** A sentence where a run over groups lacks records that it was planned to write. */
export function missingRecords(run: StoredRun): string[] {
  const { length } = run.records;
  const planned = plannedRecords(run) ?? length;
  if (length >= planned) return [];
  return [`The run was not finished: ${length} of ${planned} records are there.`];
}
