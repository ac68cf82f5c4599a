import { expect, test } from 'vitest';
import type { LoadProgress } from '../protocol/workbench.ts';
import { DownloadMeter } from './download-meter.ts';

test('adds files up and tells speed and time left once every size is known', () => {
  const told: LoadProgress[] = [];
  let clock = 0;
  const meter = new DownloadMeter(
    (progress) => told.push(progress),
    () => clock,
  );
  meter.begin('Reading the weights');
  clock = 500;
  meter.add({ file: 'config.json', bytes: 100, totalBytes: 100 });
  clock = 1000;
  meter.add({ file: 'model.safetensors', bytes: 900, totalBytes: 2900 });
  expect(told.at(-1)).toEqual({
    step: 'Reading the weights',
    bytes: 1000,
    totalBytes: 3000,
    bytesPerSecond: 1000,
    millisecondsLeft: 2000,
  });
  meter.add({ file: 'vocabulary', bytes: 50, totalBytes: undefined });
  expect(told.at(-1)).toMatchObject({ totalBytes: undefined, millisecondsLeft: undefined });
});
