/** `flow`: how text reads a picture, headless. */
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { hashParts } from '../data/dataset.ts';
import { planFlow, planPictures, type FlowPlan } from '../experiments/flow-plan.ts';
import { flowManifest, runFlow } from '../experiments/flow.ts';
import type { FlowRecord } from '../results/flow-records.ts';
import { summarizeFlow } from '../results/flow-summary.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Scheme } from '../results/records.ts';
import type { Provider } from '../runtime/engine.ts';
import { CommandError, runAction } from './failure.ts';
import { writeFlow } from './flow-folder.ts';
import { flowText } from './flow-text.ts';
import { runInterruptibly } from './interrupt.ts';
import { openDataset } from './open-dataset.ts';
import { NeededOption, PROVIDERS, schemesOption, typedOption, wholeNumberFrom } from './options.ts';
import { findModel } from './places.ts';
import { progressLine } from './progress-line.ts';
import { RunFolder } from './run-folder.ts';

interface FlowFlags {
  readonly model: string;
  readonly dataset: string;
  readonly groups: number;
  readonly scheme: Scheme[];
  readonly ep: Provider;
  readonly seed: number;
  readonly heads?: number;
  readonly picture?: string[];
  readonly question?: string;
  readonly out: string;
  readonly resume: boolean;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- flow --groups 20 --out out/flow
  $ npm run --silent bapa -- flow --groups 5 --heads 2 --out out/heads
  $ npm run --silent bapa -- flow --picture street.jpg --question "What is on the left?" --out out/street

Read is the attention of the text behind the picture (but the last token) to every token, in every
layer and head, without any matrix of all tokens by all tokens. The samples are the nine pictures of each
group of the probe with this seed, with its question about the target; or pictures of your own.

Written to --out: map.svg, normalised.svg, layers-<scheme>.svg, heads-<scheme>.svg (with --heads),
profile.svg, shares.svg, each with its numbers as .csv; records.jsonl, records.csv, flow.json, manifest.json.

An attention map is no evidence that an answer is right, nor that what is attended to decided it.
`;

/** The command for commander. */
export function flowCommand(): Command {
  return new Command('flow')
    .description('read how the text behind a picture attends to its tokens, layer by layer')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .option('--dataset <name or folder>', 'emoji-probe, or a folder of pictures', 'emoji-probe')
    .option('--groups <n>', 'groups of nine pictures', wholeNumberFrom(1), 20)
    .addOption(
      typedOption(
        '--scheme <list>',
        'standard, balanced or strengths from 0 to 1, separated by commas',
        schemesOption,
        'standard,balanced',
      ),
    )
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .option('--seed <n>', 'the same seed gives the same pictures', wholeNumberFrom(0), 1)
    .option('--heads <layer>', 'draw every head of this layer, from 0', wholeNumberFrom(0))
    .option('--picture <file...>', 'pictures of one shape instead of a data set (png, jpg, webp)')
    .option('--question <text>', "what is asked, instead of the probe's question")
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .option('--resume', 'go on with the run in --out', false)
    .addHelpText('after', EXAMPLES)
    .action((flags: FlowFlags) => runAction(() => flow(flags)));
}

/** A plan and what the manifest says of where its pictures come from. */
interface Planned {
  readonly plan: FlowPlan;
  readonly dataset: RunManifest['dataset'];
}

async function flow(flags: FlowFlags): Promise<void> {
  const { plan, dataset } = await (flags.picture ? planOwn(flags, flags.picture) : planSet(flags));
  const place = await findModel(flags.model);
  const folder = await RunFolder.open(flags.out, 'flow');
  if (!flags.resume) await folder.refuseOverwrite();

  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const engine = await openEngine({ source, name: place.name, provider: flags.ep });
  try {
    const manifest = flowManifest(engine, dataset, plan, new Date().toISOString());
    const done = flags.resume ? await folder.readDone(manifest) : new Map<string, FlowRecord>();
    await folder.begin(manifest, flags.resume);
    const progress = progressLine(({ done, total }) => `${done} of ${total} pictures`);
    const words = {
      stopping: 'Stopping after this picture.',
      stopped: `Interrupted: the records so far are in ${flags.out}. Run the same command with --resume to go on.`,
    };
    const records = await runInterruptibly(words, progress, (signal) =>
      runFlow(engine, plan, {
        done,
        onRecord: (record) => folder.append(record),
        onProgress: (state) => progress.update(state),
        signal,
      }),
    );
    const result = summarizeFlow(records);
    await writeFlow(folder, records, result, manifest);
    process.stdout.write(flowText(result));
    process.stdout.write(`Written to ${flags.out}\n`);
  } finally {
    await engine.dispose();
  }
}

async function planSet({
  dataset: name,
  groups,
  seed,
  scheme,
  question,
  heads,
}: FlowFlags): Promise<Planned> {
  const dataset = await openDataset(name);
  const plan = planFlow(dataset, { groups, seed, schemes: scheme, question, heads });
  if (plan.whiteCells > 0)
    process.stderr.write(
      `The data set has too few different captions to fill a grid: ${plan.whiteCells} of 9 cells stay white.\n`,
    );
  const { hash, items } = dataset;
  return { plan, dataset: { name: dataset.name, hash, items: items.length } };
}

async function planOwn(
  { scheme, question, heads }: FlowFlags,
  files: readonly string[],
): Promise<Planned> {
  if (question === undefined)
    throw new CommandError(
      'Pictures of your own need a question: add --question "What is on the left?".',
    );
  const { decodePicture } = await import('./picture-files.ts');
  const pictures = [];
  for (const file of files)
    pictures.push({ name: basename(file), image: await decodePicture(file, file) });
  const hash = await hashParts(pictures.map(({ image }) => image.data));
  const plan = planPictures(pictures, question, scheme, heads);
  return { plan, dataset: { name: 'own pictures', hash, items: pictures.length } };
}
