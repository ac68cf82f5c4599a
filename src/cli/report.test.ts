import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRunFiles } from './open-run.ts';
import { writeTree } from './run-files.ts';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

const PACKED = join(ROOT, 'public/study/probe.bapa.zip');

let folder: string;
let probe: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-report-'));
  probe = join(folder, 'probe');
  await writeTree(probe, await readRunFiles(PACKED));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes the same report of a folder and of its ZIP, as a folder and as a ZIP', async () => {
  const [tree, zip] = [join(folder, 'report'), join(folder, 'made/report.zip')];
  const first = await bapa(['report', probe, '--out', tree]);
  expect(first).toMatchObject({ status: 0, stderr: '', stdout: `Written to ${tree}\n` });
  expect(await bapa(['report', PACKED, '--out', zip])).toMatchObject({ status: 0, stderr: '' });
  const entries = Object.entries(unzipSync(await readFile(zip)));
  expect(entries.length).toBeGreaterThan(20);
  for (const [path, data] of entries)
    expect(await readFile(join(tree, path), 'utf8')).toBe(strFromU8(data));
  expect(await readdir(tree)).toEqual(['commands.sh', 'probe', 'report.html']);
});

it('says what is wrong, and writes nothing then', async () => {
  const out = join(folder, 'none');
  expectSentence(await bapa(['report', 'nowhere', '--out', out]), 'There is no run at nowhere');
  expectSentence(await bapa(['report', 'src', '--out', out]), 'has no manifest.json');
  expectSentence(await bapa(['report', '--out', out]), "Missing required argument 'run'");
  const damaged = join(folder, 'damaged');
  await cp(probe, damaged, { recursive: true });
  await writeFile(join(damaged, 'records-standard.jsonl'), '{"key":1}\n');
  expectSentence(await bapa(['report', damaged, '--out', out]), 'Line 1 of records-standard.jsonl');
  await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  expectSentence(await bapa(['report', probe, '--out', damaged]), 'There is something at');
});
