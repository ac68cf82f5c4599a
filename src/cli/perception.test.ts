import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePerceptionRecords } from '../results/perception-records.ts';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

const MODEL = join(ROOT, 'fixtures/tiny-llava-1.5-vicuna');
const CELL = 20;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-perception-'));
  await writeDataset(join(folder, 'dots'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** An atlas of ten small cells, white but for a noisy square of six pixels. */
async function writeDataset(path: string): Promise<void> {
  const items = Array.from({ length: 10 }, (_, at) => ({ id: `dot${at}`, caption: `dot ${at}` }));
  const width = CELL * items.length;
  const data = new Uint8Array(width * CELL * 3).fill(255);
  for (let at = 0; at < items.length * 36; at++) {
    const x = Math.floor(at / 36) * CELL + 7 + (at % 6);
    const y = 7 + (Math.floor(at / 6) % 6);
    for (let channel = 0; channel < 3; channel++)
      data[(y * width + x) * 3 + channel] = (at * 53 + channel * 91) % 200;
  }
  await mkdir(path);
  const index = { name: 'dots', version: 1, cell: CELL, columns: 10, atlas: 'atlas.png', items };
  await writeFile(join(path, 'index.json'), JSON.stringify(index));
  await writeFile(join(path, 'atlas.png'), encode({ width, height: CELL, data, channels: 3 }));
}

function args(out: string, ...more: string[]): string[] {
  const dataset = join(folder, 'dots');
  const given = ['--model', MODEL, '--dataset', dataset, '--groups', '1', '--scheme', 'standard'];
  return ['perception', ...given, '--out', join(folder, out), ...more];
}

const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');

/** Every coloured rectangle of a figure, in order. */
function rectangles(svg: string): string[] {
  return svg.match(/<rect x="[^>]*fill="#[^>]*>/g)!;
}

describe('perception', () => {
  it('writes maps of every picture, their means, shares and the published files, and imports those', async () => {
    const outcome = await bapa(args('run', '--mode', 'reference,kernel,coarse', '--batch', '64'));
    expect(outcome.stderr).toContain('9.0 of 9 pictures');
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('standard positions, reference mode, 9 pictures');
    expect(outcome.stdout).toMatch(
      /reference and kernel maps under standard positions, 9 pictures/,
    );
    expect(outcome.stdout).toMatch(/all tiles +-?(\.\d{3}|1\.000) \(/);
    expect(outcome.stdout).toMatch(/passes: reference \d+, kernel 81/);
    const widest = Math.max(...outcome.stdout.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80 + folder.length);

    const records = parsePerceptionRecords(await read('run', 'records-standard-reference.jsonl'));
    expect(records).toHaveLength(9);
    for (const { tiles, passes, map, across } of records) {
      expect(tiles).toBe(400);
      // Squares of six pixels touch three tiles of three pixels each way, or two where they fit.
      expect(passes).toBeLessThanOrEqual(81);
      expect(passes).toBeGreaterThanOrEqual(36);
      expect(map!.flat().filter((value) => value > 0).length).toBeLessThanOrEqual(passes);
      expect(across).toHaveLength(21);
    }
    const manifest = JSON.parse(await read('run', 'manifest.json'));
    expect(manifest).toMatchObject({
      experiment: 'perception',
      seed: 1,
      imageSize: { width: 60, height: 60 },
      settings: { modes: 'reference,kernel,coarse', fill: 'white', tile: 'auto' },
    });

    // The published form: a folder a picture, in it a bare array of 20 rows of 20 numbers up to 1.
    const published = 'attention-maps-standard-reference';
    const names = await readdir(join(folder, 'run', published));
    expect(names.sort()).toEqual(Array.from({ length: 9 }, (_, cell) => `0_${cell}`));
    for (const [at, name] of names.entries()) {
      expect(await readdir(join(folder, 'run', published, name))).toEqual([
        `${name}_attention_map.json`,
      ]);
      const rows = JSON.parse(await read('run', published, name, `${name}_attention_map.json`));
      expect(rows).toEqual(records[at]!.map);
      expect(rows).toHaveLength(20);
      for (const row of rows as unknown[][]) {
        expect(row).toHaveLength(20);
        for (const value of row) expect(typeof value).toBe('number');
      }
      expect(Math.max(...(rows as number[][]).flat())).toBe(1);
    }

    const own = await read('run', 'maps-standard-reference', '0_4.svg');
    expect(own).toContain('<image x=');
    expect(own).toContain('href="data:image/jpeg;base64,');
    expect(own).toContain(`>${records[4]!.caption}<`);
    const table = (text: string) => Papa.parse<Record<string, string>>(text, { header: true }).data;
    const lines = table((await read('run', 'maps-standard-reference.csv')).trimEnd());
    expect(lines).toHaveLength(9 * 400);
    expect(lines[400]).toMatchObject({ map: '0_1', row: '0', column: '0', right: '0.05' });
    const shares = table((await read('run', 'mass-shares-reference.csv')).trimEnd());
    const summary = JSON.parse(await read('run', 'summary.json'));
    expect(shares.map(({ value }) => Number(value))).toEqual(
      summary.conditions[0].cells.map((cell: { share: { value: number } }) => cell.share.value),
    );

    const imported = await bapa([
      'perception',
      '--import',
      join(folder, 'run', published),
      '--out',
      join(folder, 'imported'),
    ]);
    expect(imported.status).toBe(0);
    expect(imported.stdout).toContain('imported positions, reference mode, 9 pictures');
    for (const [from, to] of [
      ['mean-maps-standard-reference.svg', 'mean-maps-imported-reference.svg'],
      ['mass-shares-reference.svg', 'mass-shares-reference.svg'],
    ] as const)
      expect(rectangles(await read('imported', to))).toEqual(rectangles(await read('run', from)));
    expect(JSON.parse(await read('imported', 'manifest.json'))).toMatchObject({
      experiment: 'perception-import',
      source: published,
      files: 9,
    });
    expect(await read('imported', 'mean-maps-imported-reference.csv')).toBe(
      await read('run', 'mean-maps-standard-reference.csv'),
    );
  });

  it('goes on where it was stopped, and never mixes runs', async () => {
    const mode = ['--mode', 'kernel'];
    const name = 'records-standard-kernel.jsonl';
    const timeless = async () =>
      parsePerceptionRecords(await read('half', name)).map((record) => ({
        ...record,
        milliseconds: 0,
      }));
    expect((await bapa(args('half', ...mode))).status).toBe(0);
    const whole = await timeless();
    const lines = (await read('half', name)).split('\n');
    const cut = `${lines.slice(0, 4).join('\n')}\n${lines[4]!.slice(0, 30)}`;
    await writeFile(join(folder, 'half', name), cut);
    expect((await bapa(args('half', ...mode, '--resume'))).status).toBe(0);
    expect(await timeless()).toEqual(whole);
    expectSentence(
      await bapa(args('half', ...mode, '--resume', '--tile', '2')),
      'The run to resume has another set of options',
    );
  });

  it.each([
    [['--tile', '2'], 'does not cover patches, so --tile has no use'],
    [['--import', 'nowhere'], 'There is no folder nowhere to import maps from'],
    [['--import', 'src/figures'], 'called like a perception map'],
  ])('%j', async (more, words) => {
    expectSentence(await bapa(['perception', '--out', join(folder, 'never'), ...more]), words);
  });
});
