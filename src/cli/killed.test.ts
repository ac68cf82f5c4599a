/** A process that is killed writes nothing more: its run goes on from the last whole record, and is scored from them. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { experimentOf, layoutOf, MANIFEST_FILE, type StoredRun } from '../results/run-layout.ts';
import { openRun } from './open-run.ts';
import { bapa } from './testing/bapa.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-killed-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What of a run does not depend on how fast it was, or when. */
function timeless({ manifest, records }: StoredRun) {
  return {
    manifest: { ...manifest, startedAt: '' },
    records: records.map((record) => ({ ...record, milliseconds: 0 })),
  };
}

/** Files of records as they stand in a folder. */
async function recordFiles(out: string): Promise<Map<string, string>> {
  const { manifest } = await openRun(out);
  const names = layoutOf(experimentOf(manifest, MANIFEST_FILE)).recordFiles(manifest);
  const texts = names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

const GROUP = ['--groups', '1', '--seed', '4'];

test.each([
  ['probe', [...GROUP, '--batch', '1']],
  ['perception', [...GROUP, '--mode', 'kernel', '--tile', '6', '--scheme', 'balanced']],
  ['similarity', ['--groups', '3', '--seed', '4', '--batch', '1']],
  ['flow', [...GROUP, '--heads', '1']],
])('%s goes on after SIGKILL to what an uninterrupted run gives', async (command, args) => {
  const [whole, killed] = ['whole', 'killed'].map((name) => join(folder, command, name));
  expect((await bapa([command, ...args, '--out', whole!])).status).toBe(0);

  const again = [command, ...args, '--out', killed!];
  // A line for every tenth of the run: some of it is done, most is not.
  const first = await bapa(again, (text, _, kill) => {
    if ((text.match(/\n/g) ?? []).length >= 4) kill();
  });
  expect(first.status).toBeNull();
  const whatWas = await openRun(killed!);
  const all = await openRun(whole!);
  expect(whatWas.records.length).toBeGreaterThan(0);
  expect(whatWas.records.length).toBeLessThan(all.records.length);

  // What was being written when it was killed may be half a line.
  const [[name, text]] = [...(await recordFiles(killed!))] as [[string, string]];
  await writeFile(join(killed!, name), `${text}{"key":"0/to`);
  const resumed = await bapa([...again, '--resume']);
  expect(resumed.stderr).not.toContain('not valid JSON');
  expect(resumed.status).toBe(0);
  expect(timeless(await openRun(killed!))).toEqual(timeless(all));
  const kept = new Map(whatWas.records.map((record) => [record.key, record]));
  const after = (await openRun(killed!)).records.filter(({ key }) => kept.has(key));
  expect(after).toEqual([...kept.values()]);

  // What was scored after the run is scored alike from its records alone.
  const rescored = join(folder, command, 'rescored');
  const outcome = await bapa(['rescore', killed!, '--out', rescored]);
  expect(outcome.stderr).toBe('');
  const printed = (text: string) => text.replace(/Written to .*\n/, '');
  expect(printed(outcome.stdout)).toBe(printed(resumed.stdout));
  for (const name of await readdir(rescored)) {
    if (!/\.(json|jsonl|csv|svg)$/.test(name)) continue;
    const [again, before] = [rescored, killed!].map((at) => readFile(join(at, name), 'utf8'));
    expect(await again, name).toBe(await before);
  }
});
