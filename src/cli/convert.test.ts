import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

const MODEL = join(ROOT, 'fixtures/tiny-qwen2-vl');
const INPUTS = join(ROOT, 'fixtures/golden/tiny-qwen2-vl/right-padded/in.safetensors');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-convert-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function convert(name: string, ...more: string[]) {
  return bapa(['convert', '--model', MODEL, '--out', join(folder, name), ...more]);
}

function logits(name: string, ...more: string[]) {
  const outputs = join(folder, `${name}.safetensors`);
  const files = ['--inputs', INPUTS, '--outputs', outputs];
  return bapa(['logits', '--model', join(folder, name), ...files, ...more]);
}

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(new Uint8Array(1), 0, 1, at);
  await file.write(
    buffer.map((byte) => byte ^ 1),
    0,
    1,
    at,
  );
  await file.close();
}

describe('bapa convert', () => {
  it('writes a folder that other commands take as a model, once', async () => {
    const { status, stdout, stderr } = await convert('q4', '--format', 'q4,vision=fp16');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/Written to .*q4: [1-9][\d.]* [kM]B as q4,vision=fp16/);
    const answer = await logits('q4');
    expect(answer.status, answer.stderr).toBe(0);
    expect(answer.stdout).toContain('logits: float32');
    const halves = await logits('q4', '--compute', 'float16');
    expect(halves.status, halves.stderr).toBe(0);
    expect(halves.stdout).toContain('logits: float32');
    const again = await convert('q4', '--format', 'q4,vision=fp16');
    expect(again.stdout).toContain('holds this model already');
    expectSentence(await convert('q4', '--format', 'q8'), 'holds another converted model');
  });

  it('says what is broken, and writes it anew', async () => {
    await convert('broken');
    await flipByte(join(folder, 'broken/decoder-0.data'), 5000);
    const again = await convert('broken');
    expect(again.stderr).toContain('decoder-0.data is not what was written');
    expect(again.stderr).toContain('It is written anew.');
    expect(again.status).toBe(0);
    expect((await logits('broken')).status).toBe(0);
  });

  it('leaves nothing that looks like a model where the disk is full', async () => {
    const out = join(folder, 'full');
    const outcome = await bapa(['convert', '--model', MODEL, '--out', out], undefined, 32);
    expectSentence(outcome, 'There is no room for vision.data in the folder');
    expect(await readdir(folder)).not.toContain('full');
  });

  it('removes no folder that is not a model of its own', async () => {
    await mkdir(join(folder, 'own'));
    await writeFile(join(folder, 'own/notes.txt'), 'mine');
    expectSentence(await convert('own'), 'is a folder without a finished model');
    expect(await readdir(join(folder, 'own'))).toEqual(['notes.txt']);
  });

  it('refuses formats and models that it cannot take', async () => {
    const wrong = await convert('x', '--format', 'q5');
    expectSentence(wrong, '"q5" is no format');
    await convert('base');
    const outcome = await bapa([
      ...['convert', '--model', join(folder, 'base')],
      ...['--out', join(folder, 'twice')],
    ]);
    expectSentence(outcome, 'holds a converted model');
  });
});

describe('bapa convert --dtype', () => {
  it('writes what transformers.js loads, into a folder of its own', async () => {
    const { status, stdout, stderr } = await convert('js', '--dtype', 'q4');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/Written to .*js: [1-9][\d.]* kB as q4\n$/);
    expect(await readdir(join(folder, 'js'))).toContain('config.json');
    const graphs = ['vision_encoder', 'embed_tokens', 'decoder_model_merged'];
    expect((await readdir(join(folder, 'js/onnx'))).sort()).toEqual(
      graphs.flatMap((name) => [`${name}_q4.onnx`, `${name}_q4.onnx_data`]).sort(),
    );
    const config = JSON.parse(await readFile(join(folder, 'js/config.json'), 'utf8'));
    expect(config['transformers.js_config'].dtype).toBe('q4');
    expectSentence(await convert('js', '--dtype', 'fp16'), 'js is not empty.');
    expect((await convert('js', '--dtype', 'fp16', '--again')).status).toBe(0);
    expect(await readdir(join(folder, 'js/onnx'))).toContain('embed_tokens_fp16.onnx');
    expect(await readdir(join(folder, 'js/onnx'))).not.toContain('embed_tokens_q4.onnx');
  });

  it('leaves nothing where the disk is full', async () => {
    const out = join(folder, 'js-full');
    const args = ['convert', '--model', MODEL, '--dtype', 'fp32', '--out', out];
    const outcome = await bapa(args, undefined, 32);
    expectSentence(outcome, 'There is no room for onnx/');
    expect(await readdir(folder)).not.toContain('js-full');
  });

  it('says what it cannot do, before anything is written', async () => {
    expectSentence(await convert('js2', '--dtype', 'q4', '--format', 'q4'), 'give one of the two');
    const tiled = join(ROOT, 'fixtures/tiny-llava-next-mistral');
    const out = join(folder, 'js2');
    const refused = await bapa(['convert', '--model', tiled, '--dtype', 'q4', '--out', out]);
    expectSentence(refused, 'has no class for models of the family llava_next');
    expect(await readdir(folder)).not.toContain('js2');
    const into = await bapa(['convert', '--model', MODEL, '--dtype', 'q4', '--out', MODEL]);
    expectSentence(into, 'holds the model itself');
  });
});

describe('bapa synth', () => {
  it('names the repositories that it knows', async () => {
    const args = ['synth', '--geometry', 'Qwen/Qwen9', '--out', join(folder, 'synth')];
    expectSentence(await bapa(args), 'Qwen/Qwen2.5-VL-7B-Instruct');
  });

  it('leaves nothing where the disk is full', async () => {
    const args = ['synth', '--geometry', 'Qwen/Qwen2-VL-2B-Instruct'];
    const out = join(folder, 'synth');
    const outcome = await bapa([...args, '--out', out], undefined, 20_000);
    expectSentence(outcome, 'There is no room for model-00001-of-00002.safetensors');
    expect(await readdir(folder)).not.toContain('synth');
  });
});
