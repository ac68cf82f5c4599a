import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import type { FlowRecord } from '../results/flow-records.ts';
import { readRun, type StoredRun } from '../results/run-layout.ts';
import { packRun } from '../results/run-archive.ts';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import { makeManifest } from '../results/testing/make-manifest.ts';
import { makeRun } from '../results/testing/make-records.ts';
import { reportFiles } from './report-files.ts';

const HOSTILE = 'a <script>alert(1)</script> & "model"_50% \'x\'';
const SCHEMES = [STANDARD, BALANCED];

/** Right in the first row of cells alone, and everywhere; one group lacks a cell. */
function probeRun(model = 'a-model'): StoredRun {
  const negative = ['111111111', '111111111', '111111111'];
  const first = makeRun({ positive: ['111000000', '11100000?', '11100000 '], negative }, STANDARD);
  const second = makeRun({ positive: ['111111111', '111111111', '111111111'], negative }, BALANCED);
  return {
    experiment: 'probe',
    manifest: makeManifest({ schemes: SCHEMES, groups: 3 }, { model }),
    records: [...first, ...second],
  };
}

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

function flowRun(): StoredRun {
  const record = (scheme: string, strength: number, image: number): FlowRecord => ({
    key: `0/it's a street.jpg/${scheme}`,
    index: 0,
    group: null,
    cell: null,
    scheme,
    strength,
    imageHash: 'ab',
    prompt: 'What is it?',
    readers: 3,
    imageTokens: 2,
    tokens: 9,
    image,
    before: 0.5,
    after: 0.5 - image,
    layout: {
      tokens: 2,
      views: [{ kind: 'base', rows: 1, columns: 2, first: 0, stride: 2, area: WHOLE }],
    },
    layers: [
      [0.1, 0.05],
      [0.02, 0.01 + strength / 10],
    ],
    layerShares: [
      { image: image + 0.1, before: 0.5, after: 0.4 - image },
      { image: image - 0.1, before: 0.5, after: 0.6 - image },
    ],
    heads: null,
    bytes: { held: 1, matrices: 2 },
    milliseconds: 3,
  });
  const dataset = { name: 'own pictures', hash: 'hash', items: 1 };
  const own = { experiment: 'flow', schemes: SCHEMES, dataset, prompt: 'What is it?' };
  return {
    experiment: 'flow',
    manifest: makeManifest(own, { provider: 'cpu', versions: { node: 'v20' } }),
    records: [record('standard', 0, 0.25), record('balanced', 1, 0.125)],
  };
}

const files = reportFiles([probeRun(), flowRun()]);
const page = files.get('report.html')!;
/** Words of the page without its markup. */
const words = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('reportFiles', () => {
  it('are the same bytes of the same runs', () => {
    expect(packRun(reportFiles([probeRun(), flowRun()]))).toEqual(packRun(files));
  });

  it('hold every run as a folder that opens again', () => {
    const own = [...files].flatMap(([path, text]) =>
      path.startsWith('probe/') ? [[path.slice('probe/'.length), text] as const] : [],
    );
    const { manifest, records } = readRun(new Map(own));
    expect(manifest).toEqual(probeRun().manifest);
    expect(new Set<unknown>(records)).toEqual(new Set<unknown>(probeRun().records));
  });

  it('give two runs of one experiment a folder each', () => {
    const both = reportFiles([probeRun(), probeRun('another')]);
    expect(both.get('probe/manifest.json')).toContain('"a-model"');
    expect(both.get('probe-2/manifest.json')).toContain('"another"');
    expect(both.get('commands.sh')).toContain('--model another ');
  });

  it('compare two probes, what differs between their manifests before their numbers', () => {
    const both = reportFiles([probeRun(), flowRun(), probeRun('another')]);
    const html = both.get('report.html')!;
    const compared = html.slice(html.indexOf('<h2 id="compared-1">'));
    expect(words(compared)).toContain('Compared: run 3 with run 1');
    expect(words(compared)).toContain('model a-model another');
    expect(compared.indexOf('What differs between')).toBeLessThan(compared.indexOf('<svg'));
    expect(both.get('compared-probe-2-probe/tables/differences.csv')).toContain('"another"');
    const table = both.get('compared-probe-2-probe/tables/comparison-balanced.csv')!;
    expect(Papa.parse(table.trim()).data).toHaveLength(1 + 7 + 9);
    expect(words(html).match(/What is missing/g)).toHaveLength(4);
  });

  it('draw figures as SVG with their words as text, and their numbers beside', () => {
    const svg = files.get('probe/figures/comparison-balanced-standard.svg')!;
    expect(svg).toMatch(/^<svg xmlns=/);
    expect(svg).toContain('>balanced − standard</text>');
    expect(svg).not.toContain('<path');
    const numbers = files.get('probe/figures/comparison-balanced-standard.csv')!;
    expect(Papa.parse(numbers.trim()).data).toHaveLength(1 + 27);
  });

  it('tabulate unrounded numbers, intervals in columns of their own', () => {
    const { data } = Papa.parse<Record<string, string>>(files.get('probe/tables/cells.csv')!, {
      header: true,
      skipEmptyLines: true,
    });
    expect(data).toHaveLength(18);
    // Of three groups one has no positive item in the last cell; nothing of it is right.
    expect(data[8]).toMatchObject({ cell: 'bottom right', positives: '2', accuracy: '0' });
    expect(Number(data[8]!['accuracy, high'])).toBeCloseTo(0.65762, 6);
  });

  it('are the same of a manifest whose missing fields are named', () => {
    const run = probeRun();
    const settings = { layer: undefined } as unknown as Record<string, number>;
    const named = { ...run.manifest, settings };
    const html = reportFiles([{ ...run, manifest: named } as StoredRun]).get('report.html');
    expect(html).toBe(reportFiles([run]).get('report.html'));
  });

  it('has no run, no report; of a run without records, what it was', () => {
    expect(() => reportFiles([])).toThrow(/needs a run/);
    for (const run of [probeRun(), flowRun()]) {
      const html = reportFiles([{ ...run, records: [] }]).get('report.html')!;
      expect(html).toContain('<h3>Manifest</h3>');
      expect(html).not.toContain('<svg');
    }
  });
});

describe('report.html', () => {
  it('loads nothing, runs nothing and has every id once', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|\bsrc=| on\w+=/);
    const addresses = page.match(/https?:[^"'\s)]*/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...page.matchAll(/(?:url\(#|href="#|aria-labelledby=")([^)"]*)/g)];
    expect(used.length).toBeGreaterThan(5);
    for (const [, id] of used) expect(ids).toContain(id);
  });

  it('says what each run was, what is missing, and how to make it again', () => {
    const text = words(page);
    expect(text).toContain('Spatial probe: a-model on pictures, 3 groups');
    expect(text).toContain('The run was not finished: 107 of 108 records are there.');
    expect(text).toContain('Groups with a missing cell, left out of everything across cells: 1.');
    expect(text).toContain('1 of 53 outputs said neither Yes nor No');
    expect(text).toContain('25.0 % of its attention');
    expect(text).toContain(
      'npm run --silent bapa -- probe --model a-model --dataset pictures --groups 3 --scheme standard,balanced --ep webgpu --seed 1 --batch 9 --out out/probe',
    );
    expect(text).toContain('The run was made in a browser');
    expect(text).toContain('weightHash weights');
  });

  it('quotes what a shell would take apart', () => {
    expect(files.get('commands.sh')).toContain(
      "flow --model a-model --picture 'it'\\''s a street.jpg' --scheme standard,balanced --ep cpu --question 'What is it?' --out out/flow",
    );
  });

  it('keeps markup in names as text, in figures too', () => {
    const hostile = reportFiles([probeRun(HOSTILE)]);
    const html = hostile.get('report.html')!;
    expect(html).not.toContain('<script');
    expect(html).toContain('<h1>Spatial bias of a &lt;script&gt;alert(1)&lt;/script&gt; &amp; ');
    for (const [path, text] of hostile)
      if (path.endsWith('.svg')) expect(text).not.toContain('<script');
  });
});
