import type { StoredRun } from '../results/run-layout.ts';

const CELLS_PER_GROUP = 9;
const POLARITIES = 2;

/** A sentence where a run over groups lacks records that it was planned to write. */
export function missingRecords({ experiment, manifest, records }: StoredRun): string[] {
  const { groups, schemes, settings, dataset } = manifest;
  const byHand = experiment === 'flow' && records.some(({ group }) => group === null);
  if (dataset.name === 'bench' || byHand) return [];
  const each = {
    probe: POLARITIES * schemes.length,
    perception: schemes.length * String(settings?.['modes'] ?? '').split(',').length,
    similarity: 1,
    flow: schemes.length,
  };
  const planned = groups * CELLS_PER_GROUP * each[experiment];
  if (records.length >= planned) return [];
  return [`The run was not finished: ${records.length} of ${planned} records are there.`];
}
