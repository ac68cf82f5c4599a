import { expect, test } from 'vitest';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
import type { SimilarityRecord } from '../../results/similarity.ts';
import { receiveEvent } from './receive-event.ts';
import { createWorkbenchStore } from './state.ts';

function record(key: string): ProbeRecord {
  return {
    key,
    index: 0,
    group: 0,
    cell: CELLS[0],
    polarity: 'positive',
    scheme: 'standard',
    strength: 0,
    imageHash: '',
    pictures: Array.from({ length: 9 }, () => null),
    caption: 'red apple',
    prompt: '',
    answer: 'Yes',
    prediction: 'Yes',
    output: 'Yes',
    margin: 1,
    decoded: false,
    milliseconds: 1,
  };
}

const keys = (records: readonly ProbeRecord[] | undefined) => records?.map(({ key }) => key);

test('a result stays until the first records of a new run, and can be gone back to', () => {
  const store = createWorkbenchStore();
  store.setState({
    result: { source: 'precomputed', records: [record('old')] },
    probe: { phase: 'running', run: 1 },
  });
  receiveEvent(store, {
    type: 'probe-progress',
    progress: { done: 0, total: 2, millisecondsLeft: null },
  });
  expect(keys(store.getState().result.records)).toEqual(['old']);
  receiveEvent(store, { type: 'probe-records', records: [record('a')] });
  receiveEvent(store, { type: 'probe-records', records: [record('b')] });
  expect(keys(store.getState().result.records)).toEqual(['a', 'b']);
  expect(keys(store.getState().previous?.records)).toEqual(['old']);
});

test('records of a run that is not shown go to it all the same', () => {
  const store = createWorkbenchStore();
  store.setState({
    result: { source: 'precomputed', records: [record('old')] },
    previous: { source: 'run', run: 1, records: [record('a')] },
    probe: { phase: 'running', run: 1 },
  });
  receiveEvent(store, { type: 'probe-records', records: [record('b')] });
  expect(keys(store.getState().result.records)).toEqual(['old']);
  expect(keys(store.getState().previous?.records)).toEqual(['a', 'b']);
});

test('samples of a diagnosis replace those of the last one of its kind, and no others', () => {
  const store = createWorkbenchStore();
  const sample = (key: string): SimilarityRecord => ({
    key,
    index: 0,
    group: 0,
    cell: CELLS[0],
    target: 'red-apple',
    caption: 'red apple',
    imageHash: '',
    max: 0.5,
    mean: 0.5,
    own: null,
    milliseconds: 1,
  });
  const receive = (...keys: string[]) =>
    receiveEvent(store, {
      type: 'diagnosis-samples',
      found: { kind: 'similarity', samples: keys.map(sample) },
    });
  const shown = () => store.getState().diagnosisResults.similarity;
  store.setState({ diagnosis: { phase: 'running', kind: 'similarity', run: 1, scope: 'bench' } });
  receive('a');
  receive('b', 'c');
  expect(shown()?.samples.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  expect(shown()).toMatchObject({ run: 1, scope: 'bench' });
  store.setState({ diagnosis: { phase: 'running', kind: 'similarity', run: 2, scope: 'groups' } });
  receiveEvent(store, {
    type: 'diagnosis-progress',
    progress: { done: 0, total: 9, millisecondsLeft: null },
  });
  expect(shown()?.samples).toHaveLength(3);
  receive('d');
  expect(shown()).toMatchObject({ run: 2, scope: 'groups' });
  expect(shown()?.samples.map(({ key }) => key)).toEqual(['d']);
});

test('answers that could not be kept are lost to the page until they are', () => {
  const store = createWorkbenchStore();
  store.setState({ probe: { phase: 'running', run: 1 } });
  const kept = { type: 'run-kept', experiment: 'probe', id: 'its name' } as const;
  receiveEvent(store, kept);
  expect(store.getState()).toMatchObject({ probe: { kept: 'its name' }, runs: { lost: false } });
  receiveEvent(store, { type: 'run-not-kept', message: 'There is no room.' });
  expect(store.getState()).toMatchObject({ notices: ['There is no room.'], runs: { lost: true } });
  receiveEvent(store, { ...kept, experiment: 'flow', id: 'another' });
  expect(store.getState().runs.lost).toBe(true);
  receiveEvent(store, kept);
  expect(store.getState().runs.lost).toBe(false);
});
