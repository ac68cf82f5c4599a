/** `similarity`: caption against picture in every cell, headless, or the figure of a file made elsewhere. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { planSimilarity, runSimilarity, similarityManifest } from '../experiments/similarity.ts';
import { parseReferenceSimilarities, type SimilarityRecord } from '../results/similarity.ts';
import { summarizeSimilarity } from '../results/similarity-summary.ts';
import type { Provider } from '../runtime/engine.ts';
import { CommandError, runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { openDataset } from './open-dataset.ts';
import { NeededOption, PROVIDERS, wholeNumberFrom } from './options.ts';
import { findModel } from './places.ts';
import { progressLine } from './progress-line.ts';
import { RunFolder } from './run-folder.ts';
import { writeSimilarity, writeSimilarityFigures } from './similarity-folder.ts';
import { similarityText } from './similarity-text.ts';

interface SimilarityFlags {
  readonly model: string;
  readonly dataset: string;
  readonly groups: number;
  readonly ep: Provider;
  readonly seed: number;
  readonly batch: number;
  readonly out: string;
  readonly resume: boolean;
  readonly import?: string;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- similarity --groups 60 --out out/similarity
  $ npm run --silent bapa -- similarity --model llava-1.5-7b-q4 --ep webgpu --out out/similarity-7b
  $ npm run --silent bapa -- similarity --import results.jsonl --out out/figure

The target stands alone on white in each of nine cells. Its projected image tokens and the caption's
input embeddings are pooled channel by channel; their cosine is the number. Positions have no part in
it, so there is no --scheme.

--import takes a file of the published evaluation (id, image, caption, position, similarity) and
writes its figure and summary; no model runs.

Written to --out: records.jsonl, reference.jsonl, records.csv, similarity*.svg, figure.csv (the
numbers of the figure), summary.json, manifest.json.
`;

/** The command for commander. */
export function similarityCommand(): Command {
  return new Command('similarity')
    .description('compare caption and picture where the target alone stands in each of nine cells')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .option('--dataset <name or folder>', 'emoji-probe, or a folder of pictures', 'emoji-probe')
    .option('--groups <n>', 'targets', wholeNumberFrom(1), 60)
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .option('--seed <n>', 'the same seed gives the same targets', wholeNumberFrom(0), 1)
    .option('--batch <n>', 'pictures encoded together', wholeNumberFrom(1), 9)
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .option('--resume', 'go on with the run in --out', false)
    .option('--import <file>', 'draw the figure of a result file of the published evaluation')
    .addHelpText('after', EXAMPLES)
    .action((flags: SimilarityFlags) =>
      runAction(() => (flags.import === undefined ? run(flags) : drawImported(flags))),
    );
}

async function run(flags: SimilarityFlags): Promise<void> {
  const dataset = await openDataset(flags.dataset);
  const { groups, seed, batch: picturesPerBatch } = flags;
  const plan = planSimilarity(dataset, { groups, seed, picturesPerBatch });
  const place = await findModel(flags.model);
  const folder = await RunFolder.open(flags.out, 'similarity');
  if (!flags.resume) await folder.refuseOverwrite();

  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const engine = await openEngine({ source, name: place.name, provider: flags.ep });
  try {
    const { name, hash, items, cell: side } = dataset;
    const pictures = { dataset: { name, hash, items: items.length }, side };
    const manifest = similarityManifest(engine, pictures, plan, new Date().toISOString());
    const done = flags.resume
      ? await folder.readDone(manifest)
      : new Map<string, SimilarityRecord>();
    await folder.begin(manifest, flags.resume);
    const progress = progressLine(({ done, total }) => `${done} of ${total} pictures`);
    const words = {
      stopping: 'Stopping after this batch.',
      stopped: `Interrupted: the records so far are in ${flags.out}. Run the same command with --resume to go on.`,
    };
    const records = await runInterruptibly(words, progress, (signal) =>
      runSimilarity(engine, dataset, plan, {
        done,
        onRecord: (record) => folder.append(record),
        onProgress: (state) => progress.update(state),
        signal,
      }),
    );
    const summary = summarizeSimilarity(records);
    await writeSimilarity(folder, records, summary, manifest);
    process.stdout.write(similarityText(summary));
    process.stdout.write(`Written to ${flags.out}\n`);
  } finally {
    await engine.dispose();
  }
}

async function drawImported({ import: file, out }: SimilarityFlags): Promise<void> {
  const text = await readFile(file!, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `The file ${file} cannot be read (${error.code ?? error.message}). Check --import.`,
    );
  });
  const values = parseReferenceSimilarities(text, file!);
  const summary = summarizeSimilarity(values);
  const folder = await RunFolder.open(out, 'similarity');
  await folder.refuseOverwrite();
  await writeSimilarityFigures(folder, summary, {
    dataset: basename(file!),
    groups: new Set(values.map(({ group }) => group)).size,
  });
  process.stdout.write(similarityText(summary));
  process.stdout.write(`Written to ${out}\n`);
}
