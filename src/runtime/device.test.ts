import { expect, test } from 'vitest';
import { stillAnswers } from './device.ts';
import { requestNodeDevice } from './node-gpu.ts';
import { isHere } from './testing/providers.ts';

test.skipIf(!isHere('webgpu'))('a device answers until it is lost', async () => {
  const device = await requestNodeDevice();
  expect(await stillAnswers(device)).toBe(true);
  device.destroy();
  expect(await stillAnswers(device)).toBe(false);
});
