import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '../../src/tensor/safetensors.ts';
import type { HostTensor } from '../../src/tensor/tensor.ts';
import { SkippedCheck } from './counts.ts';
import { captureProgram } from './run-program.ts';

const RECIPE = 'tools/golden/make_goldens.py';
const FILES = ['in.safetensors', 'golden.safetensors'];
/** Of all models; reads the cases that are there. */
const ATTENTION_RECIPE = 'tools/golden/make_attention.py';
const ATTENTION_FILES = ['attention.safetensors'];
const GOLDEN = 'fixtures/golden';
/** Between two builds of PyTorch; a tenth of what our own runtime is allowed. */
const TOLERANCE = 1e-4;

const SIMILARITY_RECIPE = 'tools/golden/make_similarity.py';
const SIMILARITY = 'similarity.json';

/** The recipe's arguments for each model. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  'tiny-llava': ['--model', 'fixtures/tiny-llava'],
  'emoji-llava': [
    ...['--model', 'public/models/emoji-llava'],
    ...['--picture', 'fixtures/resize/grid-504x504-in.png'],
  ],
};

/**
 * Runs the recipes of the golden outputs again, with the Python named in the environment variable
 * `PYTHON` or `python3`, and compares: whole numbers exactly, floats within `TOLERANCE`.
 * @throws SkippedCheck without PyTorch and transformers; a sentence naming what differs
 */
export async function rebuildGoldens(): Promise<void> {
  const python = process.env.PYTHON ?? 'python3';
  const found = await captureProgram([
    python,
    '-c',
    'import torch, transformers, safetensors, PIL',
  ]);
  if (!found.ok)
    throw new SkippedCheck(
      `${python} has no PyTorch and transformers, so the golden outputs were not made again. Install tools/train/requirements.txt for a Python and name it in the environment variable PYTHON.`,
    );
  const root = await mkdtemp(join(tmpdir(), 'bapa-golden-'));
  try {
    for (const [model, options] of Object.entries(MODELS)) {
      const out = join(root, model);
      await runRecipe([python, RECIPE, ...options, '--out', out]);
      await compareCases(out, join(GOLDEN, model), FILES);
    }
    const out = join(root, 'attention');
    await runRecipe([python, ATTENTION_RECIPE, '--out', out]);
    for (const model of await readdir(out))
      await compareCases(join(out, model), join(GOLDEN, model), ATTENTION_FILES);
    const similarities = join(root, SIMILARITY);
    await runRecipe([python, SIMILARITY_RECIPE, '--out', similarities]);
    await compareNumbers(similarities, join(GOLDEN, SIMILARITY));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function runRecipe(command: readonly string[]): Promise<void> {
  const made = await captureProgram(command);
  if (!made.ok) throw new Error(`${command.slice(1).join(' ')} failed: ${made.output.trim()}`);
}

/** Lists of objects whose numbers may differ by `TOLERANCE`, and nothing else. */
async function compareNumbers(made: string, shipped: string): Promise<void> {
  const [found, expected] = [await readFlat(made), await readFlat(shipped)];
  let largest = found.length === expected.length ? 0 : 1;
  expected.forEach(([name, value], at) => {
    const [otherName, other] = found[at] ?? [];
    const numbers = typeof value === 'number' && typeof other === 'number';
    const apart = numbers ? Math.abs(value - other) : Number(value !== other);
    largest = Math.max(largest, name === otherName ? apart : 1);
  });
  if (!(largest <= TOLERANCE))
    throw new Error(
      `${shipped} should be what ${SIMILARITY_RECIPE} makes within ${TOLERANCE}, but differs by ${largest}. Make it again, or find what changed.`,
    );
  console.log(`${shipped}: differs by at most ${largest.toExponential(1)}`);
}

async function readFlat(path: string): Promise<[name: string, value: unknown][]> {
  const list = JSON.parse(await readFile(path, 'utf8')) as object[];
  return list.flatMap((one) => Object.entries(one) as [string, unknown][]);
}

async function compareCases(
  made: string,
  shipped: string,
  files: readonly string[],
): Promise<void> {
  for (const name of await readdir(shipped)) {
    let largest = 0;
    for (const file of files) {
      const difference = await compareFiles(join(made, name, file), join(shipped, name, file));
      largest = Math.max(largest, difference);
    }
    console.log(`${join(shipped, name)}: differs by at most ${largest.toExponential(1)}`);
  }
}

/** The largest difference between the floats of two safetensors files with the same tensors. */
async function compareFiles(made: string, shipped: string): Promise<number> {
  const [found, expected] = [await readTensors(made), await readTensors(shipped)];
  let largest = 0;
  for (const [name, tensor] of expected) {
    const other = found.get(name);
    if (other?.dtype !== tensor.dtype || other.shape.join() !== tensor.shape.join())
      throw new Error(
        `${shipped} holds ${name} as ${describe(tensor)}, but its recipe made ${describe(other)}. Make the golden outputs again.`,
      );
    const tolerance = tensor.dtype === 'float32' ? TOLERANCE : 0;
    const difference = largestDifference(other, tensor);
    if (!(difference <= tolerance))
      throw new Error(
        `${name} in ${shipped} should be what its recipe makes within ${tolerance}, but differs by ${difference}. Make the golden outputs again, or find what changed.`,
      );
    largest = Math.max(largest, difference);
  }
  return largest;
}

async function readTensors(path: string): Promise<Map<string, HostTensor>> {
  return readSafetensors(path, await readFile(path));
}

function describe(tensor: HostTensor | undefined): string {
  return tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'none';
}

/** NaN counts as infinitely far from everything but NaN. */
function largestDifference(a: HostTensor, b: HostTensor): number {
  let largest = 0;
  for (let i = 0; i < b.data.length; i += 1) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])];
    const difference = Object.is(x, y) ? 0 : Math.abs(x - y);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
