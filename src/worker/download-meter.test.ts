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

test('of a conversion, tells its share and what was downloaded for it, at times', () => {
  const told: LoadProgress[] = [];
  let clock = 0;
  const meter = new DownloadMeter(
    (progress) => told.push(progress),
    () => clock,
    100,
  );
  meter.begin('Reading the weights');
  meter.add({ file: 'model.safetensors', bytes: 4000, totalBytes: 9000 });
  expect(told).toHaveLength(1);
  clock = 1000;
  meter.convert({ bytes: 0, totalBytes: 600 });
  clock = 3000;
  meter.add({ file: 'model.safetensors', bytes: 8000, totalBytes: 9000 });
  clock = 3050;
  meter.convert({ bytes: 190, totalBytes: 600 });
  clock = 3100;
  meter.convert({ bytes: 210, totalBytes: 600 });
  expect(told.at(-1)).toEqual({
    step: 'Converting the weights',
    bytes: 210,
    totalBytes: 600,
    bytesPerSecond: 100,
    millisecondsLeft: 3900,
    downloaded: 8000,
  });
  expect(told).toHaveLength(4);
});

test('the speed is that of the last moments, not of a stall before them', () => {
  const told: LoadProgress[] = [];
  let clock = 0;
  const meter = new DownloadMeter(
    (progress) => told.push(progress),
    () => clock,
  );
  meter.add({ file: 'a', bytes: 10, totalBytes: 100_000 });
  for (clock = 60_000; clock <= 80_000; clock += 1000)
    meter.add({ file: 'a', bytes: clock - 59_990, totalBytes: 100_000 });
  expect(told.at(-1)!.bytesPerSecond).toBe(1000);
});
