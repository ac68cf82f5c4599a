import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunManifest } from '../results/manifest.ts';
import { packRun } from '../results/run-archive.ts';
import { readRunFiles } from './open-run.ts';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

const PROBE = join(ROOT, 'public/study/probe.bapa.zip');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-compare-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The study's run with another manifest and with one answer turned round, as a run's file. */
async function changedRun(change: (manifest: RunManifest) => RunManifest): Promise<string> {
  const files = new Map(await readRunFiles(PROBE));
  const manifest = change(JSON.parse(files.get('manifest.json')!) as RunManifest);
  files.set('manifest.json', JSON.stringify(manifest));
  const name = 'records-standard.jsonl';
  const [first, ...rest] = files.get(name)!.split('\n');
  const record = JSON.parse(first!);
  const turned = record.prediction === 'Yes' ? 'No' : 'Yes';
  const line = JSON.stringify({ ...record, prediction: turned, output: turned });
  files.set(name, [line, ...rest].join('\n'));
  const path = join(folder, 'changed.bapa.zip');
  await writeFile(path, packRun(files));
  return path;
}

it('compares the schemes of a run: maps, numbers, flipped items, a verdict', async () => {
  const out = join(folder, 'schemes');
  const { status, stderr, stdout } = await bapa(['compare', PROBE, '--out', out]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).not.toContain('What differs between the runs');
  expect(stdout).toMatch(/balanced against standard\n=+\n {2}mean over cells\n {4}\.\d{3} \[/);
  expect(stdout).toMatch(/Verdict\n=+\n {2}standard: /);
  expect((await readdir(out)).sort()).toEqual([
    'comparison-balanced-vs-standard.csv',
    'comparison-balanced-vs-standard.svg',
    'comparison.json',
    'difference-balanced-vs-standard.svg',
    'flipped-balanced-vs-standard.csv',
  ]);
  const svg = await readFile(join(out, 'comparison-balanced-vs-standard.svg'), 'utf8');
  expect(svg.match(/data-map="/g)).toHaveLength(3);
  expect(svg).toContain('* McNemar p &lt; 0.05 (Holm)');
  const [compared] = JSON.parse(await readFile(join(out, 'comparison.json'), 'utf8'));
  const flipped = await readFile(join(out, 'flipped-balanced-vs-standard.csv'), 'utf8');
  expect(flipped.trim().split('\r\n')).toHaveLength(1 + compared.flipped);
  const tests = compared.summary.comparisons[0].accuracy.tests as {
    onlyFirst: number;
    onlySecond: number;
  }[];
  const positives = tests.reduce((sum, test) => sum + test.onlyFirst + test.onlySecond, 0);
  expect(flipped.split('"positive"')).toHaveLength(1 + positives);
});

it('says what differs between two runs before their numbers', async () => {
  const other = await changedRun((manifest) => ({
    ...manifest,
    model: { ...manifest.model, dtype: 'q4' },
  }));
  const out = join(folder, 'runs');
  const { status, stdout } = await bapa([
    ...['compare', PROBE, other, '--scheme', 'standard'],
    ...['--out', out],
  ]);
  expect(status).toBe(0);
  const differs = stdout.indexOf('weights stored as\n    first   float32\n    second  q4');
  expect(differs).toBeGreaterThan(0);
  expect(stdout.indexOf('mean over cells')).toBeGreaterThan(differs);
  expect(stdout).toContain('q4, standard against float32, standard');
  expect(stdout).toContain('Items that flipped: 1 ');
  expect(await readFile(join(out, 'manifest-differences.csv'), 'utf8')).toContain(
    '"weights stored as","float32","q4"',
  );
});

it('says what is wrong, and never writes into a run', async () => {
  const compare = (...args: string[]) => bapa(['compare', ...args]);
  const run = join(folder, 'run');
  await mkdir(run);
  for (const [name, text] of await readRunFiles(PROBE)) await writeFile(join(run, name), text);
  expectSentence(await compare(run, '--out', run), 'holds a run. Choose another --out');
  const out = join(folder, 'none');
  expectSentence(await compare('nowhere', '--out', out), 'There is no run at nowhere');
  expectSentence(await compare(PROBE, '--scheme', '0.5', '--out', out), 'takes two schemes');
  expectSentence(
    await compare(PROBE, '--scheme', 'standard,0.5', '--out', out),
    'has no scheme "0.5"; it has standard, balanced',
  );
});
