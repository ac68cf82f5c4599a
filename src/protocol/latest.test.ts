import { expect, test } from 'vitest';
import { latestOnly } from './latest.ts';

/** A sender whose replies are given by hand. */
function byHand() {
  const sent: { request: string; reply(value: string): void; fail(error: Error): void }[] = [];
  const send = (request: string) =>
    new Promise<string>((reply, fail) => sent.push({ request, reply, fail }));
  return { sent, ask: latestOnly(send) };
}

test('while one request runs, only the newest of the later ones is sent', async () => {
  const { sent, ask } = byHand();
  const replies = ['a', 'b', 'c', 'd'].map((request) => ask(request));
  expect(sent.map(({ request }) => request)).toEqual(['a']);
  sent[0]!.reply('A');
  expect(await replies[0]).toBe('A');
  expect(await replies[1]).toBeUndefined();
  expect(await replies[2]).toBeUndefined();
  expect(sent.map(({ request }) => request)).toEqual(['a', 'd']);
  sent[1]!.reply('D');
  expect(await replies[3]).toBe('D');
});

test('a failed request rejects its own promise and the waiting one still goes out', async () => {
  const { sent, ask } = byHand();
  const [first, second] = [ask('a'), ask('b')];
  sent[0]!.fail(new Error('The model said no.'));
  await expect(first).rejects.toThrow('The model said no.');
  await expect.poll(() => sent.length).toBe(2);
  sent[1]!.reply('B');
  expect(await second).toBe('B');
});
