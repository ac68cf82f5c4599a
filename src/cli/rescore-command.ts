/** `rescore`: numbers and figures of a run anew, from its records alone. */
import { Command } from 'commander';
import { missingRecords } from '../report/run-size.ts';
import { summarizeFlow } from '../results/flow-summary.ts';
import { summarizePerception } from '../results/perception-summary.ts';
import type { StoredRun } from '../results/run-layout.ts';
import { summarizeSimilarity } from '../results/similarity-summary.ts';
import { summarize } from '../results/summary.ts';
import { verdict, verdictHeadline } from '../results/verdict.ts';
import { CommandError, runAction } from './failure.ts';
import { writeFlow } from './flow-folder.ts';
import { flowText } from './flow-text.ts';
import { openRun } from './open-run.ts';
import { NeededOption } from './options.ts';
import { writePerceptionMaps } from './perception-folder.ts';
import { perceptionText } from './perception-text.ts';
import { writeProbe } from './probe-folder.ts';
import { RunFolder } from './run-folder.ts';
import { writeSimilarity } from './similarity-folder.ts';
import { similarityText } from './similarity-text.ts';
import { summaryText } from './summary-text.ts';
import { verdictText } from './verdict-text.ts';

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- rescore out/probe --out out/rescored
  $ npm run --silent bapa -- rescore probe-emoji-llava.bapa.zip --out out/from-the-page

A run is a folder that a command wrote, or a run's file (.bapa.zip) that was exported in the page. No
model runs: records hold what was answered, and every number is computed from them.

Written to --out: what the run's own command writes at its end, records and manifest included; of
perception without the maps over their pictures, which are not in the records. An interrupted run is
scored as far as it is, and may be gone on with there by its own command with --resume.
`;

/** The command for commander. */
export function rescoreCommand(): Command {
  return new Command('rescore')
    .description("compute a run's numbers and figures again from its records, without the model")
    .argument('<run>', "a run's folder, or its file")
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .addHelpText('after', EXAMPLES)
    .action((path: string, { out }: { out: string }) => runAction(() => rescore(path, out)));
}

async function rescore(path: string, out: string): Promise<void> {
  const run = await openRun(path);
  if (run.records.length === 0)
    throw new CommandError(`${path} holds a run without a record, so there is nothing to score.`);
  for (const sentence of missingRecords(run)) process.stderr.write(`${sentence}\n`);
  process.stdout.write(await writeScored(run, out));
  process.stdout.write(`Written to ${out}\n`);
}

/** Writes a run anew; gives what its command prints. */
async function writeScored(run: StoredRun, out: string): Promise<string> {
  const { manifest } = run;
  const begin = async <E extends StoredRun['experiment']>(experiment: E) => {
    const folder = await RunFolder.open(out, experiment);
    await folder.refuseOverwrite();
    await folder.begin(manifest, false);
    return folder;
  };
  switch (run.experiment) {
    case 'probe': {
      const summary = summarize(run.records);
      await writeProbe(await begin('probe'), run.records, summary, manifest);
      return `${summaryText(summary)}\n${verdictText(verdictHeadline(summary), verdict(summary))}\n`;
    }
    case 'perception': {
      const summary = summarizePerception(run.records);
      await writePerceptionMaps(await begin('perception'), run.records, summary, manifest);
      return perceptionText(summary);
    }
    case 'similarity': {
      const summary = summarizeSimilarity(run.records);
      await writeSimilarity(await begin('similarity'), run.records, summary, manifest);
      return similarityText(summary);
    }
    case 'flow': {
      const result = summarizeFlow(run.records);
      await writeFlow(await begin('flow'), run.records, result, manifest);
      return flowText(result);
    }
  }
}
