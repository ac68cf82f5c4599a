/** `convert`: a checkpoint's weights into the formats that they are to run in, once. */
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { openCheckpoint } from '../models/checkpoint.ts';
import { convertModel } from '../models/convert.ts';
import { describeFormats, type PartFormats, parseFormats } from '../models/formats.ts';
import { checkEntry, type EntryState } from '../models/model-store.ts';
import { storedBytes } from '../models/stored-manifest.ts';
import { gigabytes } from '../protocol/catalogue.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { FolderStore } from '../runtime/folder-store.ts';
import { CommandError, runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { asArgument, NeededOption, typedOption } from './options.ts';
import { findModel, isEmptyFolder, makeFolder } from './places.ts';
import { bytesProgress, gigabytesOf, progressLine } from './progress-line.ts';

interface ConvertFlags {
  readonly model: string;
  readonly format: PartFormats;
  readonly out: string;
  readonly again: boolean;
}

const EXAMPLES = `
Formats: fp32, fp16, q8, q4 (4 bits, the vision tower 8), q4a (4 bits with zero points); parts
that differ go behind: vision, embedding, decoder, head. The folder serves computing in float32 (fp16
weights are widened then, when they are loaded) and, by --compute of the other commands, in float16.

The folder in --out is taken as --model by the other commands.

Examples:
  $ npm run --silent bapa -- convert --model Qwen2.5-VL-7B-Instruct --format q4 --out out/qwen-q4
  $ npm run --silent bapa -- convert --model emoji-llava --format q4,vision=fp32,head=q8 --out out/mixed
  $ npm run --silent bapa -- probe --model out/mixed --out out/probe
`;

/** The command for commander. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('store a model in the formats that it is to run in')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .addOption(
      typedOption(
        '--format <format>',
        'one of fp32, fp16, q8, q4, q4a, with parts that differ',
        asArgument(parseFormats),
        'q4',
      ),
    )
    .addOption(new NeededOption('--out <folder>', 'where to write; one folder for each model'))
    .option('--again', 'convert anew what is in --out already', false)
    .addHelpText('after', EXAMPLES)
    .action((flags: ConvertFlags) => runAction(() => convert(flags)));
}

async function convert(flags: ConvertFlags): Promise<void> {
  const place = await findModel(flags.model);
  const out = resolve(flags.out);
  const store = new FolderStore(dirname(out));
  const entry = basename(out);
  const checkpoint = await openCheckpoint(new FolderSource(place.folder));
  const state = await checkEntry(store, entry, 'once');
  if (!flags.again && isSame(state, await checkpoint.identity(), flags.format)) {
    process.stdout.write(`${flags.out} holds this model already; --again converts it anew.\n`);
    return;
  }
  await refuseOtherFolder(flags, state, out);
  if (state.kind === 'broken') process.stderr.write(`${state.problem} It is written anew.\n`);
  await makeFolder(dirname(out), '--out');
  const progress = progressLine(gigabytesOf);
  const update = bytesProgress(progress);
  const words = {
    stopping: 'Stopping.',
    stopped: `Interrupted: nothing of the model is left in ${flags.out}.`,
  };
  const source = { repository: place.name, revision: 'local' };
  const manifest = await runInterruptibly(words, progress, (signal) =>
    convertModel({
      checkpoint,
      source,
      formats: flags.format,
      store,
      entry,
      signal,
      onProgress: ({ bytes, totalBytes }) => update(bytes, totalBytes),
    }),
  );
  const size = gigabytes(storedBytes(manifest));
  const formats = describeFormats(flags.format);
  process.stdout.write(`Written to ${flags.out}: ${size} as ${formats}\n`);
}

function isSame(state: EntryState, identity: string, formats: PartFormats): boolean {
  if (state.kind !== 'whole') return false;
  const { manifest } = state;
  const alike = describeFormats(manifest.formats) === describeFormats(formats);
  return alike && manifest.source.identity === identity;
}

/** What has no manifest may be anything: it is not ours to remove, but for what a stop has left. */
async function refuseOtherFolder(
  { out: name, again }: ConvertFlags,
  state: EntryState,
  out: string,
): Promise<void> {
  if (state.kind === 'whole' && !again)
    throw new CommandError(
      `${name} holds another converted model. Choose another --out, or add --again to write over it.`,
    );
  const unfinished = state.kind === 'broken' && state.unfinished;
  if (unfinished && !again && !(await isEmptyFolder(out)))
    throw new CommandError(
      `${name} is a folder without a finished model in it. Choose another --out, or add --again to remove all that it holds.`,
    );
}
