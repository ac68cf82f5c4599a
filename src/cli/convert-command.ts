/** `convert`: a checkpoint's weights into the formats that they are to run in, once. */
import { basename, dirname, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { openCheckpoint } from '../models/checkpoint.ts';
import { type PartFormats, parseFormats } from '../models/formats.ts';
import { type Dtype, DTYPE_NAMES } from '../models/transformers-js/export.ts';
import { FolderStore } from '../runtime/folder-store.ts';
import { findCheckpoint } from './checkpoint-place.ts';
import type { Conversion } from './conversion.ts';
import { CommandError, runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { asArgument, NeededOption } from './options.ts';
import { makeFolder } from './places.ts';
import { bytesProgress, gigabytesOf, progressLine } from './progress-line.ts';
import { writeStoredLayout } from './stored-layout.ts';
import { writeTransformersJsLayout } from './transformers-js-layout.ts';

interface ConvertFlags {
  readonly model: string;
  readonly format?: PartFormats;
  readonly dtype?: Dtype;
  readonly out: string;
  readonly again: boolean;
}

const DEFAULT_FORMAT = 'q4';

const EXAMPLES = `
--format writes a folder that the other commands take as --model. Formats: fp32, fp16, q8, q4 (4
bits, the vision tower 8), q4a (4 bits with zero points); parts that differ go behind: vision,
embedding, decoder, head. The folder serves computing in float32 (fp16 weights are widened then, when
they are loaded) and, by --compute of the other commands, in float16.

--dtype writes a folder that transformers.js 4.3.1 loads as it is, for llava, gemma3, qwen2_vl and
qwen2_5_vl (it has no LLaVA-NeXT). Files have the names that it looks for; those of q4 hold the
vision tower in 8 bits, as --format does. Prompts may have 32768 positions. transformers.js forgets
padding after the first token that it generates for pictures: give it rows of one length. Its fp16
halves the files alone: weights are widened when they are loaded.

A repository is read from the hub in place, no folder of it is kept; a gated one needs your own
token in the environment variable HF_TOKEN.

Examples:
  $ npm run --silent bapa -- convert --model Qwen/Qwen2.5-VL-7B-Instruct --format q4 --out out/qwen-q4
  $ npm run --silent bapa -- convert --model emoji-llava --format q4,vision=fp32,head=q8 --out out/mixed
  $ npm run --silent bapa -- probe --model out/mixed --out out/probe
  $ npm run --silent bapa -- convert --model emoji-llava --dtype fp32 --out out/for-transformers-js
`;

/** The command for commander. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('store a model in the formats that it is to run in')
    .option(
      '--model <id, folder or repository>',
      'a model of models.json, a folder, or owner/name on the hub',
      'emoji-llava',
    )
    .addOption(
      new Option('--format <format>', 'one of fp32, fp16, q8, q4, q4a, with parts that differ')
        .argParser(asArgument(parseFormats))
        .default(undefined, DEFAULT_FORMAT),
    )
    .addOption(new Option('--dtype <dtype>', 'instead, for transformers.js').choices(DTYPE_NAMES))
    .addOption(new NeededOption('--out <folder>', 'where to write; one folder for each model'))
    .option('--again', 'convert anew what is in --out already', false)
    .addHelpText('after', EXAMPLES)
    .action((flags: ConvertFlags) => runAction(() => convert(flags)));
}

async function convert(flags: ConvertFlags): Promise<void> {
  const { out, format, dtype, again } = flags;
  if (format && dtype)
    throw new CommandError(
      '--format writes a folder for the workbench, and --dtype one for transformers.js: give one of the two, and the other in a run of its own.',
    );
  const place = await findCheckpoint(flags.model);
  const folder = resolve(out);
  if (place.folder !== undefined && isWithin(place.folder, folder))
    throw new CommandError(
      `${out} holds the model itself, which would be removed for what is written. Choose another --out.`,
    );
  await makeFolder(dirname(folder), '--out');
  if (place.notice) process.stderr.write(`${place.notice}\n`);
  const progress = progressLine(gigabytesOf);
  const update = bytesProgress(progress);
  const words = {
    stopping: 'Stopping.',
    stopped: `Interrupted: nothing of the model is left in ${out}.`,
  };
  const told = await runInterruptibly(words, progress, async (signal) => {
    const { source, revision } = await place.open(signal);
    const checkpoint = await openCheckpoint(source);
    const conversion: Conversion = {
      out,
      folder,
      again,
      signal,
      store: new FolderStore(dirname(folder)),
      entry: basename(folder),
      onProgress: ({ bytes, totalBytes }) => update(bytes, totalBytes),
    };
    if (dtype) return writeTransformersJsLayout(checkpoint, dtype, conversion);
    const formats = format ?? parseFormats(DEFAULT_FORMAT);
    return writeStoredLayout(checkpoint, { repository: place.name, revision }, formats, conversion);
  });
  process.stdout.write(`${told}\n`);
}

/** Whether `path` is `folder` or lies in it. */
function isWithin(path: string, folder: string): boolean {
  return !/^\.\.($|[\\/])/.test(relative(folder, path));
}
