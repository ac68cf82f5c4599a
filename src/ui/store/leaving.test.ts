import { expect, test } from 'vitest';
import { wouldLose } from './leaving.ts';
import { createWorkbenchStore } from './state.ts';

test('leaving loses own pictures, a run and its result, and not what comes with the page', () => {
  const fresh = createWorkbenchStore().getState();
  expect(wouldLose(fresh)).toBe(false);
  expect(wouldLose({ ...fresh, result: { source: 'precomputed', records: [] } })).toBe(false);
  expect(wouldLose({ ...fresh, ownPictures: [{ id: 'a.png', caption: 'a' }] })).toBe(true);
  expect(wouldLose({ ...fresh, probe: { phase: 'paused', run: 1 } })).toBe(true);
  const ran = { source: 'run', run: 1, records: [] } as const;
  expect(wouldLose({ ...fresh, previous: ran })).toBe(true);
  const kept = { ...ran, kept: 'its name' };
  expect(wouldLose({ ...fresh, previous: kept })).toBe(false);
  expect(wouldLose({ ...fresh, previous: kept, runs: { lost: true } })).toBe(true);
  const flow = { run: 0, scope: 'groups', samples: [] } as const;
  const shipped = { flow: { ...flow, source: 'precomputed' } } as const;
  expect(wouldLose({ ...fresh, diagnosisResults: shipped })).toBe(false);
  expect(wouldLose({ ...fresh, diagnosisResults: { flow } })).toBe(true);
});
