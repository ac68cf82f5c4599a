import { expect, test } from 'vitest';
import { LiveFirst } from './live-first.ts';

test('a run waits for a live question, and for one that arrives meanwhile', async () => {
  const order: string[] = [];
  const first = new LiveFirst();
  let answer!: () => void;
  const asked = first.live(() => new Promise<void>((resolve) => (answer = resolve)));
  const turn = first.turn().then(() => order.push('batch'));
  setTimeout(() => {
    order.push('first question');
    answer();
    void first.live(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push('second question');
    });
  });
  await Promise.all([asked, turn]);
  expect(order).toEqual(['first question', 'second question', 'batch']);
});

test('a run lets other tasks in between its batches', async () => {
  const first = new LiveFirst();
  let heard = false;
  setTimeout(() => (heard = true));
  await first.turn();
  expect(heard).toBe(true);
});
