/** `probe`: the spatial probe, headless. */
import { Command, Option } from 'commander';
import { planProbe, probeManifest, runProbe } from '../experiments/probe.ts';
import type { ComputeType } from '../models/compute.ts';
import type { ProbeRecord, Scheme } from '../results/records.ts';
import { summarize } from '../results/summary.ts';
import { verdict, verdictHeadline } from '../results/verdict.ts';
import type { Provider } from '../runtime/engine.ts';
import { runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { openDataset } from './open-dataset.ts';
import {
  computeOption,
  NeededOption,
  PROVIDERS,
  schemesOption,
  strengthsOption,
  typedOption,
  wholeNumberFrom,
} from './options.ts';
import { findModel } from './places.ts';
import { answersOf, progressLine } from './progress-line.ts';
import { writeProbe } from './probe-folder.ts';
import { RunFolder } from './run-folder.ts';
import { summaryText } from './summary-text.ts';
import { verdictText } from './verdict-text.ts';

interface ProbeFlags {
  readonly model: string;
  readonly dataset: string;
  readonly groups: number;
  readonly scheme: Scheme[];
  readonly strengths?: Scheme[];
  readonly ep: Provider;
  readonly compute: ComputeType;
  readonly seed: number;
  readonly batch: number;
  readonly out: string;
  readonly resume: boolean;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- probe --groups 60 --out out/probe
  $ npm run --silent bapa -- probe --strengths 0,.25,.5,.75,1 --groups 300 --seed 7 --out out/sweep
  $ npm run --silent bapa -- probe --dataset my-pictures --groups 20 --out out/mine
  $ npm run --silent bapa -- probe --groups 300 --out out/probe --resume

A folder of own pictures (png, jpg, webp) may hold captions.csv (columns file, caption) or
captions.json (file name to caption); without them the file names are the captions. Ten
different captions fill the grid; with fewer some cells stay white, two are the least.

Written to --out: records-<scheme>.jsonl, reference-<scheme>.jsonl, records.csv,
heatmap-<scheme>.svg, difference-*.svg, comparison-*.svg, strength-curve.svg (of three strengths
or more), summary.json, manifest.json.
`;

/** The command for commander. */
export function probeCommand(): Command {
  return new Command('probe')
    .description('ask for a target in each of nine cells, and map where the model misses it')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .option('--dataset <name or folder>', 'emoji-probe, or a folder of pictures', 'emoji-probe')
    .option('--groups <n>', 'groups of nine pictures', wholeNumberFrom(1), 60)
    .addOption(
      typedOption(
        '--scheme <list>',
        'standard, balanced or strengths from 0 to 1, separated by commas',
        schemesOption,
        'standard,balanced',
      ),
    )
    .addOption(
      new Option('--strengths <list>', 'a sweep in place of --scheme, like 0,.25,.5,.75,1')
        .argParser(strengthsOption)
        .conflicts('scheme'),
    )
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .addOption(computeOption())
    .option('--seed <n>', 'the same seed gives the same items', wholeNumberFrom(0), 1)
    .option('--batch <n>', 'pictures encoded and answered together', wholeNumberFrom(1), 9)
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .option('--resume', 'go on with the run in --out', false)
    .addHelpText('after', EXAMPLES)
    .action((flags: ProbeFlags) => runAction(() => probe(flags)));
}

async function probe(flags: ProbeFlags): Promise<void> {
  const dataset = await openDataset(flags.dataset);
  const { groups, seed, batch: picturesPerBatch } = flags;
  const schemes = flags.strengths ?? flags.scheme;
  const plan = planProbe(dataset, { groups, seed, schemes, picturesPerBatch });
  if (plan.whiteCells > 0) {
    process.stderr.write(
      `The data set has too few different captions to fill a grid: ${plan.whiteCells} of 9 cells stay white (${plan.whiteCells} more pictures would fill them).\n`,
    );
  }
  const place = await findModel(flags.model);
  const folder = await RunFolder.open(flags.out, 'probe');
  if (!flags.resume) await folder.refuseOverwrite();

  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const { ep: provider, compute } = flags;
  const engine = await openEngine({ source, name: place.name, provider, compute });
  try {
    const manifest = probeManifest(engine, dataset, plan, new Date().toISOString());
    const done = flags.resume ? await folder.readDone(manifest) : new Map<string, ProbeRecord>();
    await folder.begin(manifest, flags.resume);
    const progress = progressLine(answersOf);
    const words = {
      stopping: 'Stopping after this batch.',
      stopped: `Interrupted: the records so far are in ${flags.out}. Run the same command with --resume to go on.`,
    };
    const records = await runInterruptibly(words, progress, (signal) =>
      runProbe(engine, dataset, plan, {
        done,
        onRecord: (record) => folder.append(record),
        onProgress: (state) => progress.update(state),
        signal,
      }),
    );
    const summary = summarize(records);
    await writeProbe(folder, records, summary, manifest);
    process.stdout.write(
      `${summaryText(summary)}\n${verdictText(verdictHeadline(summary), verdict(summary))}\n`,
    );
    process.stdout.write(`Written to ${flags.out}\n`);
  } finally {
    await engine.dispose();
  }
}
