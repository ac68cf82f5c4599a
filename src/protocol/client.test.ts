import { expect, test } from 'vitest';
import { failingWith } from './client.ts';
import type { WorkbenchService } from './workbench.ts';

test('what is under way and what is asked later fails with the worker', async () => {
  const never = () => new Promise<never>(() => undefined);
  const service = { startProbe: never, pauseProbe: async () => undefined } as unknown;
  let fail!: (error: Error) => void;
  const broken = new Promise<never>((_, reject) => (fail = reject));
  const watched = failingWith(service as WorkbenchService, broken);
  await expect(watched.pauseProbe()).resolves.toBeUndefined();
  const running = watched.startProbe({ dataset: 'embedded', groups: 1, seed: 1, schemes: [] });
  fail(new Error('The worker stopped.'));
  await expect(running).rejects.toThrow('The worker stopped.');
  await expect(
    watched.startProbe({ dataset: 'embedded', groups: 1, seed: 1, schemes: [] }),
  ).rejects.toThrow('The worker stopped.');
});
