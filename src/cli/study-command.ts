/** `study`: every experiment once on the same groups, and a report of them. */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { planStudy } from '../experiments/study.ts';
import { quoted } from '../report/repeat-command.ts';
import { REPORT_PAGE, reportFiles } from '../report/report-files.ts';
import { duration } from '../results/duration.ts';
import { summarizeFlow } from '../results/flow-summary.ts';
import { summarizePerception } from '../results/perception-summary.ts';
import { ARCHIVE_ENDING, packRun } from '../results/run-archive.ts';
import { runFiles, type StoredRun } from '../results/run-layout.ts';
import { summarizeSimilarity } from '../results/similarity-summary.ts';
import { STUDY_GROUPS, STUDY_SEED } from '../results/study.ts';
import { summarize } from '../results/summary.ts';
import type { Engine, Provider } from '../runtime/engine.ts';
import { runAction } from './failure.ts';
import { writeFlow } from './flow-folder.ts';
import { runInterruptibly } from './interrupt.ts';
import { openDataset } from './open-dataset.ts';
import { NeededOption, PROVIDERS, wholeNumberFrom } from './options.ts';
import { writePerception } from './perception-folder.ts';
import { findModel } from './places.ts';
import { writeProbe } from './probe-folder.ts';
import { progressLine } from './progress-line.ts';
import { writeWhole } from './run-files.ts';
import { writeSimilarity } from './similarity-folder.ts';
import { openPart, type OpenPart } from './study-part.ts';
import { StudyClock } from './study-clock.ts';

interface StudyFlags {
  readonly model: string;
  readonly dataset: string;
  readonly groups: number;
  readonly ep: Provider;
  readonly seed: number;
  readonly out: string;
  readonly resume: boolean;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- study --out out/study
  $ npm run --silent bapa -- study --ep wasm --out out/study
  $ npm run --silent bapa -- study --out out/study --resume

The probe asks about 60 groups, perception covers tiles of 2 groups, similarity compares 60 targets,
and information flow is read on 10 groups: each under standard and balanced positions, but for
similarity, which does not depend on them. --groups changes the 60, and the others where it is less.

Written to --out: a folder for each experiment with what its own command writes, each run as one file
(.bapa.zip) that opens in the page, report.html and report.zip.
`;

/** The command for commander. */
export function studyCommand(): Command {
  return new Command('study')
    .description('run every experiment once on the same groups, and write the report')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .option('--dataset <name or folder>', 'emoji-probe, or a folder of pictures', 'emoji-probe')
    .option('--groups <n>', 'groups of the probe', wholeNumberFrom(1), STUDY_GROUPS)
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .option('--seed <n>', 'the same seed gives the same groups', wholeNumberFrom(0), STUDY_SEED)
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .option('--resume', 'go on with the study in --out', false)
    .addHelpText('after', EXAMPLES)
    .action((flags: StudyFlags) => runAction(() => study(flags)));
}

async function study(flags: StudyFlags): Promise<void> {
  const start = performance.now();
  const { out, resume } = flags;
  const dataset = await openDataset(flags.dataset);
  const plan = planStudy(dataset, flags);
  const place = await findModel(flags.model);
  const parts = [
    await openPart(out, plan.probe, (folder, records, manifest) =>
      writeProbe(folder, records, summarize(records), manifest),
    ),
    await openPart(out, plan.perception, (folder, records, manifest) =>
      writePerception(folder, records, summarizePerception(records), manifest, dataset),
    ),
    await openPart(out, plan.similarity, (folder, records, manifest) =>
      writeSimilarity(folder, records, summarizeSimilarity(records), manifest),
    ),
    await openPart(out, plan.flow, (folder, records, manifest) =>
      writeFlow(folder, records, summarizeFlow(records), manifest),
    ),
  ];
  if (!resume) for (const part of parts) await part.refuseOverwrite();

  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const engine = await openEngine({ source, name: place.name, provider: flags.ep });
  try {
    const runs = await runParts(parts, engine, flags);
    await writeReport(runs, flags);
  } finally {
    await engine.dispose();
  }
  process.stdout.write(`Written to ${out} in ${duration(performance.now() - start)}\n`);
}

/** One after another, under one progress. */
function runParts(
  parts: readonly OpenPart[],
  engine: Engine,
  { out, resume }: StudyFlags,
): Promise<StoredRun[]> {
  const clock = new StudyClock(parts);
  let current = '';
  const progress = progressLine(({ done, total }) => {
    return `${current}, ${Math.floor((done / total) * 100)} % of the study`;
  });
  const words = {
    stopping: 'Stopping after what is in the works.',
    stopped: `Interrupted: the records so far are in ${out}. Run the same command with --resume to go on.`,
  };
  return runInterruptibly(words, progress, async (signal) => {
    const runs: StoredRun[] = [];
    for (const part of parts) {
      current = part.experiment;
      const onProgress = clock.watch(part.passes, (state) => progress.update(state));
      runs.push(await part.finish(engine, { resume, signal, onProgress }));
    }
    return runs;
  });
}

/** The report, packed and as a page, and each run as one file. */
async function writeReport(runs: readonly StoredRun[], flags: StudyFlags): Promise<void> {
  const { model, dataset, groups, seed, ep, out } = flags;
  const command = `npm run --silent bapa -- study --model ${quoted(model)} --dataset ${quoted(dataset)} --groups ${groups} --seed ${seed} --ep ${ep} --out out/study`;
  const files = reportFiles(runs, { command });
  await writeWhole(join(out, REPORT_PAGE), files.get(REPORT_PAGE)!);
  await writeWhole(join(out, 'report.zip'), packRun(files));
  for (const run of runs)
    await writeWhole(join(out, `${run.experiment}${ARCHIVE_ENDING}`), packRun(runFiles(run)));
}
