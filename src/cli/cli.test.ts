import { mkdtemp, readFile, rm, writeFile, cp, truncate, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecords } from '../results/jsonl.ts';
import { parseSimilarities } from '../results/similarity.ts';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

const MODEL = join(ROOT, 'public/models/emoji-llava');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-cli-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('help and bad arguments', () => {
  it('helps everywhere, with examples', async () => {
    const diagnoses = ['perception', 'similarity', 'flow'];
    const others = ['rescore', 'report', 'study', 'logits', 'convert', 'synth', 'models'];
    const commands = ['probe', ...diagnoses, ...others];
    const calls = [[], ...commands.map((command) => [command])];
    for (const { status, stdout } of await Promise.all(
      calls.map((args) => bapa([...args, '--help'])),
    )) {
      expect(status).toBe(0);
      expect(stdout).toMatch(/Examples?:\n {2}\$ npm run --silent bapa -- /);
    }
  });

  it('lists the models with their sizes', async () => {
    const { status, stdout } = await bapa(['models']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^gemma-3-12b +gemma3 +24\.4 GB .*Gemma, gated$/m);
    expect(stdout.trim().split('\n')).toHaveLength(10);
  });

  it('shows defaults as a person types them', async () => {
    const { stdout } = await bapa(['probe', '--help']);
    const options = stdout.slice(0, stdout.indexOf('Examples')).replaceAll(/\s+/g, ' ');
    expect(options).toContain('(default: standard,balanced)');
    expect(options).toContain('(cpu, wasm, webgpu; default: cpu)');
    expect(options).not.toMatch(/["{}]/);
  });

  it.each([
    [['frobnicate'], "Unknown command 'frobnicate'."],
    [['probe'], "Required option '--out <folder>' not specified. Add --help"],
    [['probe', '--bogus'], "Unknown option '--bogus'. Add --help"],
    [['probe', '--uot', 'x'], "Unknown option '--uot' (Did you mean --out?) Add --help"],
    [['probe', '--out', 'x', '--groups', '1.5'], 'whole number from 1'],
    [['probe', '--out', 'x', '--scheme', 'bapa'], '"standard", "balanced" or a strength'],
    [['probe', '--out', 'x', '--strengths', '0,,1'], '"" in "0,,1" is none'],
    [
      ['probe', '--out', 'x', '--strengths', '0,1', '--scheme', 'balanced'],
      'cannot be used with option',
    ],
    [['probe', '--out', 'x', '--ep', 'cuda'], 'Allowed choices are cpu, wasm, webgpu'],
    [['probe', '--out', 'x', '--dataset', 'nowhere'], 'There is no data set "nowhere"'],
    [['probe', '--out', '/dev/null/x', '--model', 'nowhere'], 'There is no model "nowhere"'],
    [['probe', '--out', 'x', '--model', 'qwen2-vl-2b'], 'Convert it first, with convert --model'],
  ])('%j', async (args, words) => {
    expectSentence(await bapa(args), words);
  });
});

describe('bad models', () => {
  async function copyModel(name: string): Promise<string> {
    const copy = join(folder, name);
    await cp(MODEL, copy, { recursive: true });
    return copy;
  }

  it('names a missing file', async () => {
    const model = await copyModel('missing');
    await rm(join(model, 'model.safetensors'));
    const out = join(folder, 'never');
    expectSentence(await bapa(['probe', '--model', model, '--out', out]), 'model.safetensors');
  });

  it('names a truncated file', async () => {
    const model = await copyModel('truncated');
    await truncate(join(model, 'model.safetensors'), 1_000_000);
    const out = join(folder, 'never');
    expectSentence(await bapa(['probe', '--model', model, '--out', out]), 'model.safetensors');
  });

  it('names an unsupported kind of model', async () => {
    const model = await copyModel('unsupported');
    await writeFile(join(model, 'config.json'), '{"model_type":"flamingo"}');
    const out = join(folder, 'never');
    expectSentence(await bapa(['probe', '--model', model, '--out', out]), 'flamingo');
  });
});

describe('probe', () => {
  const SCHEMES = ['standard', 'balanced'];

  async function readRun(out: string): Promise<unknown[]> {
    const texts = SCHEMES.map((label) => readFile(join(out, `records-${label}.jsonl`), 'utf8'));
    const records = (await Promise.all(texts)).flatMap((text) => parseRecords(text));
    return records.map((record) => ({ ...record, milliseconds: 0 }));
  }

  const args = (out: string) => ['probe', '--groups', '2', '--seed', '4', '--out', out];

  it('writes everything, the same twice, and resumes to the same after Ctrl-C', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const outcome = await bapa(args(first));
    expect(outcome.stderr).toContain('72 of 72 answers');
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('standard positions (strength 0), 36 items');
    const widest = Math.max(...outcome.stdout.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80 + first.length);

    const summary = JSON.parse(await readFile(join(first, 'summary.json'), 'utf8'));
    const svg = await readFile(join(first, 'heatmap-standard.svg'), 'utf8');
    expect(svg).toContain('emoji-llava · emoji-probe · 2 groups · seed 4');
    const drawn = [...svg.matchAll(/data-cell="(\w+)" data-value="([^"]+)"/g)];
    expect(drawn.map(([, cell, value]) => [cell, Number(value)])).toEqual(
      summary.schemes[0].cells.map((cell: { cell: string; accuracy: { value: number } }) => [
        cell.cell,
        cell.accuracy.value,
      ]),
    );
    const manifest = JSON.parse(await readFile(join(first, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ seed: 4, groups: 2, runtime: { provider: 'cpu' } });
    const reference = await readFile(join(first, 'reference-balanced.jsonl'), 'utf8');
    expect(JSON.parse(reference.split('\n')[0]!)).toMatchObject({ image: '0_0.jpg' });

    const interrupted = await bapa([...args(second), '--batch', '9'], (text, interrupt) => {
      if (text.includes('0 of 72 answers\n') && !text.includes('Stopping')) interrupt();
    });
    expect(interrupted.status).toBe(130);
    expect(interrupted.stderr).toContain('with --resume to go on');
    const half = (await readRun(second)).length;
    expect(half).toBeLessThan(72);

    // A line that was cut off by a crash is computed again.
    const cut = join(second, 'records-standard.jsonl');
    await writeFile(cut, `${await readFile(cut, 'utf8')}{"key":"0/top`);
    const refused = await bapa(args(second));
    expectSentence(refused, 'already holds a run');
    const resumed = await bapa([...args(second), '--resume']);
    expect(resumed.status).toBe(0);
    expect(await readRun(second)).toEqual(await readRun(first));

    const fewer = ['probe', '--groups', '1', '--seed', '4', '--out', second, '--resume'];
    expectSentence(await bapa(fewer), 'another number of groups: it was 2, now it is 1');

    const otherSeed = [...args(second).slice(0, 4), '5', '--out', second, '--resume'];
    expectSentence(await bapa(otherSeed), 'another seed: it was 4, now it is 5');

    const manifestPath = join(second, 'manifest.json');
    const kept = await readFile(manifestPath, 'utf8');
    await writeFile(manifestPath, '{}');
    expectSentence(await bapa([...args(second), '--resume']), 'the field "version" is missing');
    await rm(manifestPath);
    expectSentence(await bapa([...args(second), '--resume']), 'no manifest.json, so nothing tells');
    expectSentence(await bapa(args(second)), 'no manifest.json, so nothing tells');
    await writeFile(manifestPath, kept);

    const lines = (await readFile(cut, 'utf8')).split('\n');
    lines[6] = '{"key": 7}';
    await writeFile(cut, lines.join('\n'));
    expectSentence(await bapa([...args(second), '--resume']), 'Line 7 of');
  });

  it('probes a few own pictures among the embedded ones', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    for (const [at, name] of ['red_square', 'green_square', 'blue_square'].entries()) {
      const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i % 3 === at ? 255 : 0));
      await writeFile(
        join(own, `${name}.png`),
        encode({ width: 40, height: 30, channels: 3, data }),
      );
    }
    const out = join(folder, 'own-out');
    const flags = ['--groups', '1', '--scheme', 'balanced', '--out', out];
    const outcome = await bapa(['probe', '--dataset', own, ...flags]);
    expect(outcome.status).toBe(0);
    const [record] = parseRecords(await readFile(join(out, 'records-balanced.jsonl'), 'utf8'));
    expect(record!.pictures.filter((id) => id?.endsWith('.png'))).toHaveLength(1);
    expect(record!.pictures.filter((id) => id !== null)).toHaveLength(9);

    await writeFile(join(own, 'zebra.png'), 'no picture at all');
    const broken = await bapa(['probe', '--dataset', own, '--out', join(folder, 'never')]);
    expectSentence(broken, 'The picture "zebra.png" cannot be read');
  });
});

describe('similarity', () => {
  it('writes its files, goes on where it stopped, and draws the same figure of its export', async () => {
    const out = join(folder, 'similarity');
    const args = ['similarity', '--groups', '2', '--seed', '4', '--out', out];
    const outcome = await bapa(args);
    expect(outcome.stderr).toContain('18 of 18 pictures');
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('max, all tokens');
    const widest = Math.max(...outcome.stdout.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80 + out.length);
    const text = (file: string, where = out) => readFile(join(where, file), 'utf8');
    const records = parseSimilarities(await text('records.jsonl'));
    expect(records).toHaveLength(18);
    expect(JSON.parse(await text('manifest.json'))).toMatchObject({
      experiment: 'similarity',
      groups: 2,
      seed: 4,
    });
    expectSentence(await bapa(args), 'already holds a run');

    const half = (await text('records.jsonl')).split('\n').slice(0, 10).join('\n');
    await writeFile(join(out, 'records.jsonl'), half);
    const resumed = await bapa([...args, '--resume']);
    expect(resumed.stderr).toContain('9 of 18 pictures');
    const timeless = (all: typeof records) => all.map((one) => ({ ...one, milliseconds: 0 }));
    expect(timeless(parseSimilarities(await text('records.jsonl')))).toEqual(timeless(records));
    const probe = join(folder, 'similarity');
    const other = ['probe', '--groups', '2', '--seed', '4', '--out', probe, '--resume'];
    expectSentence(await bapa(other), 'The run to resume has another');

    const drawn = join(folder, 'similarity-drawn');
    const file = join(out, 'reference.jsonl');
    const imported = await bapa(['similarity', '--import', file, '--out', drawn]);
    expect(imported.stderr).toBe('');
    const values = (svg: string) =>
      [...svg.matchAll(/data-cell="(\w+)" data-value="([^"]+)"/g)].slice(0, 9).map(String);
    const [ours, theirs] = [await text('similarity.svg'), await text('similarity.svg', drawn)];
    expect(values(theirs)).toHaveLength(9);
    expect(values(theirs)).toEqual(values(ours));
    expect(theirs).toContain('data-map="max, all tokens"');
    expect(theirs).not.toContain('data-map="mean, all tokens"');
    expect(imported.stdout).not.toContain('mean, all tokens');
    expectSentence(
      await bapa(['similarity', '--import', 'nowhere', '--out', join(folder, 'never')]),
      'cannot be read',
    );
  });
});

describe('logits', () => {
  it('writes logits at every position, and says which input is wrong', async () => {
    const inputs = join(folder, 'in.safetensors');
    const ids = { dtype: 'int64', shape: [1, 3], data: BigInt64Array.of(1n, 5n, 6n) } as const;
    await writeFile(inputs, writeSafetensors(new Map([['input_ids', ids]])));
    const outputs = join(folder, 'out.safetensors');
    const outcome = await bapa(['logits', '--inputs', inputs, '--outputs', outputs]);
    expect(outcome.stderr).toBe('');
    expect(outcome.status).toBe(0);
    const tensors = await readSafetensors('out', await readFile(outputs));
    expect(tensors.get('logits')!.shape.slice(0, 2)).toEqual([1, 3]);

    const floats = { dtype: 'float32', shape: [1, 1], data: Float32Array.of(1) } as const;
    await writeFile(inputs, writeSafetensors(new Map([['input_ids', floats]])));
    const wrong = await bapa(['logits', '--inputs', inputs, '--outputs', outputs]);
    expectSentence(wrong, 'input_ids in');
    const gone = await bapa(['logits', '--inputs', 'nowhere', '--outputs', outputs]);
    expectSentence(gone, 'cannot be read');
  });
});
