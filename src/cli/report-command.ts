/** `report`: one page and its files from runs that were written before. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { reportFiles } from '../report/report-files.ts';
import { packRun } from '../results/run-archive.ts';
import type { StoredRun } from '../results/run-layout.ts';
import { CommandError, runAction } from './failure.ts';
import { openRun } from './open-run.ts';
import { NeededOption } from './options.ts';
import { makeFolder } from './places.ts';
import { writeTree } from './run-files.ts';

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- report out/probe --out out/report
  $ npm run --silent bapa -- report out/probe out/similarity out/flow --out out/report.zip

A run is a folder that a command wrote, or a run's file (.bapa.zip) that was exported in the page.

Written to --out: report.html, which is whole by itself, commands.sh, and a folder for each run with
its records and manifest, figures (SVG, and CSV of their numbers) and tables (CSV and LaTeX). The same
runs give the same bytes.
`;

/** The command for commander. */
export function reportCommand(): Command {
  return new Command('report')
    .description('write a report of one or several runs: a page, figures, tables and records')
    .argument('<run...>', "folders of runs, or runs' files")
    .addOption(new NeededOption('--out <folder or .zip>', 'where to write the report'))
    .addHelpText('after', EXAMPLES)
    .action((runs: string[], { out }: { out: string }) => runAction(() => report(runs, out)));
}

async function report(paths: readonly string[], out: string): Promise<void> {
  await refuseOverwrite(out);
  const runs: StoredRun[] = [];
  for (const path of paths) runs.push(await openRun(path));
  await writeReport(reportFiles(runs), out);
  process.stdout.write(`Written to ${out}\n`);
}

async function refuseOverwrite(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  if (found.isDirectory() && (await readdir(out)).length === 0) return;
  throw new CommandError(
    `There is something at ${out} already, which the report would be mixed with. Choose another --out.`,
  );
}

/** Writes into a folder, or packed where the name ends in `.zip`. */
async function writeReport(files: ReadonlyMap<string, string>, out: string): Promise<void> {
  if (!/\.zip$/i.test(out)) return writeTree(out, files);
  await makeFolder(dirname(out), '--out');
  await writeFile(join(dirname(out), basename(out)), packRun(files));
}
