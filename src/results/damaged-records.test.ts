/** Lines whose fields are right one by one and do not fit each other, made from the shipped study's. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatFlows, parseFlows, type FlowRecord } from './flow-records.ts';
import {
  formatPerceptionRecord,
  parsePerceptionRecords,
  type PerceptionRecord,
} from './perception-records.ts';
import { unpackRun } from './run-archive.ts';
import { readRun, type StoredRun } from './run-layout.ts';

function firstOf(experiment: StoredRun['experiment']): StoredRun['records'][number] {
  const bytes = readFileSync(`public/study/${experiment}.bapa.zip`);
  return readRun(unpackRun(bytes)).records[0]!;
}

test('a perception map of other tiles than its borders is refused', () => {
  const record = firstOf('perception') as PerceptionRecord;
  const read = (part: Partial<PerceptionRecord>) =>
    parsePerceptionRecords(formatPerceptionRecord({ ...record, ...part }), 'a.jsonl');
  expect(read({})).toEqual([record]);
  expect(read({ map: null })).toHaveLength(1);
  const wrong = `a.jsonl: the map of the record "${record.key}" has other rows or columns`;
  expect(() => read({ map: record.map!.slice(1) })).toThrow(wrong);
  expect(() => read({ across: record.across.slice(1) })).toThrow(wrong);
});

test('maps of other tokens than their layout are refused', () => {
  const record = firstOf('flow') as FlowRecord;
  const read = (part: Partial<FlowRecord>) =>
    parseFlows(formatFlows([{ ...record, ...part }]), 'a.jsonl');
  expect(read({})).toEqual([record]);
  const { layout } = record;
  const [view] = layout.views;
  const wrong = `a.jsonl: the maps of the record "${record.key}" are not of the`;
  expect(() => read({ layers: [[0.5], ...record.layers] })).toThrow(wrong);
  expect(() => read({ heads: { layer: 0, maps: [[0.5]] } })).toThrow(wrong);
  expect(() => read({ layout: { ...layout, views: [{ ...view!, rows: 1e9 }] } })).toThrow(wrong);
  expect(() => read({ layout: { ...layout, views: [] } })).toThrow('the field "layout" is');
});
