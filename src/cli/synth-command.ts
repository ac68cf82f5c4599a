/** `synth`: a full-size checkpoint of random weights, to try sizes without the real ones. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { publishedFolder, type TensorTable } from '../models/published.ts';
import { type Geometry, synthesise } from '../models/synth.ts';
import { gigabytes } from '../protocol/catalogue.ts';
import { FolderStore } from '../runtime/folder-store.ts';
import { CommandError, runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { NeededOption, wholeNumberFrom } from './options.ts';
import { isEmptyFolder, isFolder, makeFolder, PUBLISHED } from './places.ts';
import { bytesProgress, gigabytesOf, progressLine } from './progress-line.ts';

interface SynthFlags {
  readonly geometry: string;
  readonly seed: number;
  readonly out: string;
}

/** The checkpoint's own files among the facts. */
const COPIED = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
];

const EXAMPLES = `
The weights are random, of a scale at which activations neither vanish nor explode; answers mean
nothing. Names, shapes, types and settings are those of data/published.

Example:
  $ npm run --silent bapa -- synth --geometry Qwen/Qwen2.5-VL-7B-Instruct --out out/random-7b
`;

/** The command for commander. */
export function synthCommand(): Command {
  return new Command('synth')
    .description('write a full-size checkpoint of random weights')
    .addOption(new NeededOption('--geometry <repository>', 'a repository of data/published'))
    .addOption(new NeededOption('--out <folder>', 'where to write; must be empty or not there'))
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumberFrom(0), 1)
    .addHelpText('after', EXAMPLES)
    .action((flags: SynthFlags) => runAction(() => synth(flags)));
}

async function synth(flags: SynthFlags): Promise<void> {
  const geometry = await readGeometry(flags.geometry);
  const out = resolve(flags.out);
  if ((await isFolder(out)) && !(await isEmptyFolder(out)))
    throw new CommandError(`${flags.out} is not empty. Choose another --out, or empty it.`);
  await makeFolder(dirname(out), '--out');
  const store = new FolderStore(dirname(out));
  const { bytes } = geometry.table;
  const free = await store.freeBytes();
  if (free !== undefined && free < bytes)
    throw new CommandError(
      `The checkpoint takes ${gigabytes(bytes)}, but ${store.place} has ${gigabytes(free)} free. Free some space or choose another --out.`,
    );
  const progress = progressLine(gigabytesOf);
  const words = {
    stopping: 'Stopping.',
    stopped: `Interrupted: nothing of the checkpoint is left in ${flags.out}.`,
  };
  await runInterruptibly(words, progress, (signal) =>
    synthesise({
      geometry,
      seed: flags.seed,
      store,
      folder: basename(out),
      onProgress: bytesProgress(progress),
      signal,
    }),
  );
  process.stdout.write(`Written to ${flags.out}: ${gigabytes(bytes)} of random weights\n`);
}

async function readGeometry(repository: string): Promise<Geometry> {
  const folder = join(PUBLISHED, publishedFolder(repository));
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !(await isFolder(folder))) {
    const entries = await readdir(PUBLISHED, { withFileTypes: true });
    const known = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const names = known.map((name) => name.replace('--', '/')).join(', ');
    throw new CommandError(
      `There are no facts of "${repository}": --geometry should be one of ${names}.`,
    );
  }
  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));
  const table = (await read('tensors.json')) as TensorTable;
  const files = new Map<string, string>();
  const there = await readdir(folder);
  for (const name of COPIED.filter((file) => there.includes(file)))
    files.set(name, await readFile(join(folder, name), 'utf8'));
  const embedding = table.tensors.find(({ name }) => name.endsWith('embed_tokens.weight'));
  return { facts: await read('facts.json'), table, files, vocabSize: embedding!.shape[0]! };
}
