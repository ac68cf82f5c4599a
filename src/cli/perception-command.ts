/** `perception`: maps of what changes the answer when it is covered, headless. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { hashParts } from '../data/dataset.ts';
import { FILLS, type Fill } from '../data/pixel-planes.ts';
import {
  PERCEPTION_GROUPS,
  PERCEPTION_SEED,
  REFERENCE_TILES,
} from '../experiments/perception-plan.ts';
import { perceptionManifest, planPerception, runPerception } from '../experiments/perception.ts';
import { importAttentionMaps } from '../results/attention-map.ts';
import { MANIFEST_VERSION } from '../results/manifest.ts';
import {
  parseModes,
  type PerceptionMode,
  type PerceptionRecord,
} from '../results/perception-records.ts';
import { summarizePerception } from '../results/perception-summary.ts';
import type { Scheme } from '../results/records.ts';
import type { Provider } from '../runtime/engine.ts';
import { CommandError, runAction } from './failure.ts';
import { runInterruptibly } from './interrupt.ts';
import { openDataset } from './open-dataset.ts';
import {
  asArgument,
  NeededOption,
  PROVIDERS,
  schemesOption,
  typedOption,
  wholeNumberFrom,
} from './options.ts';
import { writePerception, writeSummary } from './perception-folder.ts';
import { perceptionText } from './perception-text.ts';
import { findModel, isFolder } from './places.ts';
import { progressLine } from './progress-line.ts';
import { RunFolder } from './run-folder.ts';

interface PerceptionFlags {
  readonly model: string;
  readonly dataset: string;
  readonly groups: number;
  readonly scheme: Scheme[];
  readonly mode: PerceptionMode[];
  readonly tiles: number;
  readonly tile?: number;
  readonly fill: Fill;
  readonly ep: Provider;
  readonly seed: number;
  readonly batch: number;
  readonly out: string;
  readonly resume: boolean;
  readonly import?: string;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- perception --groups 2 --out out/perception
  $ npm run --silent bapa -- perception --groups 2 --mode reference,kernel,sparse --out out/modes
  $ npm run --silent bapa -- perception --mode kernel --tile 2 --fill mean --groups 2 --out out/mean
  $ npm run --silent bapa -- perception --import out/perception/attention-maps-standard-reference \\
      --out out/imported

Modes: reference covers 20x20 tiles of the composited picture before the image processor, as the
published code does; kernel covers tiles of patches in the pixel tensor; coarse does so with large
tiles first and small ones where the map is hot; sparse with half of the small tiles, the hottest as
far as neighbours tell, and interpolates the others. Of several modes the maps are compared by rank.

Written to --out: records-*.jsonl, maps-*/*.svg and maps-*.csv (every picture), mean-maps-*.svg and
.csv, mass-shares-*.svg and .csv, attention-maps-*/ in the published code's form, summary.json,
manifest.json.
`;

/** The command for commander. */
export function perceptionCommand(): Command {
  return new Command('perception')
    .description('cover tiles of the picture one by one, and map how much the answer changes')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .option('--dataset <name or folder>', 'emoji-probe, or a folder of pictures', 'emoji-probe')
    .option('--groups <n>', 'groups of nine pictures', wholeNumberFrom(1), PERCEPTION_GROUPS)
    .addOption(
      typedOption(
        '--scheme <list>',
        'standard, balanced or strengths from 0 to 1, separated by commas',
        schemesOption,
        'standard,balanced',
      ),
    )
    .addOption(
      typedOption(
        '--mode <list>',
        'reference, kernel, coarse, sparse, separated by commas',
        asArgument(parseModes),
        'reference',
      ),
    )
    .option(
      '--tiles <n>',
      'tiles across and down; in all modes but reference as near to it as patches allow',
      wholeNumberFrom(1),
      REFERENCE_TILES,
    )
    .option(
      '--tile <n>',
      "instead: patches of a tile's side, in all modes but reference",
      wholeNumberFrom(1),
    )
    .addOption(new Option('--fill <colour>', 'what covers a tile').choices(FILLS).default('white'))
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .option('--seed <n>', 'the same seed gives the same items', wholeNumberFrom(0), PERCEPTION_SEED)
    .option('--batch <n>', 'covered pictures run together at most', wholeNumberFrom(1), 16)
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .option('--resume', 'go on with the run in --out', false)
    .option('--import <folder>', 'run nothing: draw maps that lie there in the published form')
    .addHelpText('after', EXAMPLES)
    .action((flags: PerceptionFlags) =>
      runAction(() => (flags.import === undefined ? perception(flags) : importMaps(flags))),
    );
}

async function perception(flags: PerceptionFlags): Promise<void> {
  const { groups, seed, scheme: schemes, mode: modes, tiles, tile = 'auto' } = flags;
  const { fill, batch } = flags;
  if (tile !== 'auto' && !modes.some((mode) => mode !== 'reference'))
    throw new CommandError(
      'The mode reference does not cover patches, so --tile has no use there. Give --tiles, or choose another mode.',
    );
  const dataset = await openDataset(flags.dataset);
  const plan = planPerception(dataset, { groups, seed, schemes, modes, fill, tiles, tile, batch });
  const place = await findModel(flags.model);
  const folder = await RunFolder.open(flags.out, 'perception');
  if (!flags.resume) await folder.refuseOverwrite();

  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const engine = await openEngine({ source, name: place.name, provider: flags.ep });
  try {
    const { name, hash, items } = dataset;
    const pictures = { name, hash, items: items.length };
    const manifest = perceptionManifest(engine, pictures, plan, new Date().toISOString());
    const done = flags.resume
      ? await folder.readDone(manifest)
      : new Map<string, PerceptionRecord>();
    await folder.begin(manifest, flags.resume);
    const progress = progressLine(({ done: pictures, total }) => {
      return `${pictures.toFixed(1)} of ${total} pictures`;
    });
    const words = {
      stopping: 'Stopping after this batch.',
      stopped: `Interrupted: the maps so far are in ${flags.out}. Run the same command with --resume to go on.`,
    };
    const records = await runInterruptibly(words, progress, (signal) =>
      runPerception(engine, plan, {
        done,
        onRecord: (record) => folder.append(record),
        onProgress: (state) => progress.update(state),
        signal,
      }),
    );
    const summary = summarizePerception(records);
    await writePerception(folder, records, summary, manifest, dataset);
    process.stdout.write(perceptionText(summary));
    process.stdout.write(`Written to ${flags.out}\n`);
  } finally {
    await engine.dispose();
  }
}

/** Draws maps that were made elsewhere as those of a run are drawn. */
async function importMaps({ import: from, out }: PerceptionFlags): Promise<void> {
  if (from === undefined || !(await isFolder(from)))
    throw new CommandError(`There is no folder ${from} to import maps from. Check --import.`);
  const paths = (await readdir(from, { recursive: true })).sort();
  const files = await Promise.all(
    paths
      .filter((path) => path.endsWith('.json'))
      .map(async (path) => ({
        path: path.replaceAll('\\', '/'),
        text: await readFile(join(from, path), 'utf8'),
      })),
  );
  const maps = importAttentionMaps(files);
  const summary = summarizePerception(maps);
  const folder = await RunFolder.open(out, 'perception');
  await folder.refuseOverwrite();
  const encoder = new TextEncoder();
  const manifest = {
    version: MANIFEST_VERSION,
    experiment: 'perception-import',
    source: basename(from),
    files: maps.length,
    hash: await hashParts(files.map(({ path, text }) => encoder.encode(`${path}\n${text}`))),
    startedAt: new Date().toISOString(),
  };
  await folder.write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  await writeSummary(folder, summary, { dataset: manifest.source });
  process.stdout.write(perceptionText(summary));
  process.stdout.write(`Written to ${out}\n`);
}
