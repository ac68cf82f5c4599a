import { expect, test } from 'vitest';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
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
