/** `compare`: two conditions of the probe side by side. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { comparisonFigures, comparisonMaps, comparisonTable } from '../report/comparison.ts';
import { curveFigure } from '../report/curve-figure.ts';
import { tableCsv } from '../report/report-table.ts';
import {
  compareConditions,
  conditionsOf,
  type Condition,
  type ConditionComparison,
} from '../results/compare-runs.ts';
import { tableToCsv } from '../results/csv.ts';
import { flippedToCsv } from '../results/flipped-items.ts';
import { manifestDifferences, type ManifestDifference } from '../results/manifest-differences.ts';
import type { StoredRun } from '../results/run-layout.ts';
import type { Scheme } from '../results/records.ts';
import { summarize } from '../results/summary.ts';
import { comparisonText, differencesText } from './compare-text.ts';
import { CommandError, runAction } from './failure.ts';
import { openRun } from './open-run.ts';
import { NeededOption, schemesOption } from './options.ts';
import { makeFolder } from './places.ts';
import { writeWhole } from './run-files.ts';

interface CompareFlags {
  readonly scheme?: Scheme[];
  readonly out: string;
}

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- compare out/probe --out out/compared
  $ npm run --silent bapa -- compare out/fp32 out/q4 --out out/compared
  $ npm run --silent bapa -- compare out/one.bapa.zip out/other --scheme standard,balanced --out out/compared

A run is the folder that probe wrote, or a run's file (.bapa.zip). Of one run, each scheme is compared with
its first; of two, each scheme that both have with itself. What differs between two runs is said before
their numbers. Only groups with the same pictures and questions are paired.

Written to --out: manifest-differences.csv, comparison.json, and for each pair comparison-*.svg,
difference-*.svg, comparison-*.csv, flipped-*.csv; strength-curve*.svg and .csv of runs of three strengths.
`;

type ProbeRun = Extract<StoredRun, { experiment: 'probe' }>;

/** The command for commander. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare schemes of a probe, or two probes, with intervals and tests')
    .argument('<run>', 'a folder or a file of a probe')
    .argument('[other]', 'another one')
    .option(
      '--scheme <list>',
      'compare these two: of one run, or the first run’s and the other’s; or one of both runs',
      schemesOption,
    )
    .addOption(new NeededOption('--out <folder>', 'where to write the results'))
    .addHelpText('after', EXAMPLES)
    .action((run: string, other: string | undefined, flags: CompareFlags) =>
      runAction(() => compare(run, other, flags)),
    );
}

async function compare(
  path: string,
  otherPath: string | undefined,
  flags: CompareFlags,
): Promise<void> {
  const run = await openProbe(path);
  const other = otherPath === undefined ? undefined : await openProbe(otherPath);
  const pairs = choosePairs(run, other, flags.scheme);
  await makeFolder(flags.out, '--out');
  await refuseRun(flags.out);
  const write = (name: string, text: string) => writeWhole(join(flags.out, name), text);

  const differences = other ? manifestDifferences(run.manifest, other.manifest) : [];
  if (otherPath !== undefined) {
    process.stdout.write(`${differencesText(differences, path, otherPath)}\n`);
    await write('manifest-differences.csv', differencesCsv(differences, path, otherPath));
  }
  const comparisons: ConditionComparison[] = [];
  for (const pair of pairs) {
    const comparison = compareConditions(...pair);
    comparisons.push(comparison);
    const slug = slugOf(comparison);
    const figures = comparisonFigures(comparisonMaps(comparison, pair, 'accuracy'), slug);
    for (const { name, svg } of figures) await write(`${name}.svg`, svg);
    const table = comparisonTable(comparison, 'accuracy', slug);
    await write(`${table.name}.csv`, tableCsv(table));
    await write(`flipped-${slug}.csv`, flippedToCsv(comparison.flipped));
    process.stdout.write(`${comparisonText(comparison, table)}\n`);
  }
  const runs = other ? [run, other] : [run];
  for (const [at, { records, manifest }] of runs.entries()) {
    const name = at === 0 ? 'strength-curve' : 'strength-curve-other';
    if (manifest.schemes.length < 3) continue;
    for (const figure of curveFigure(summarize(records), manifest, name)) {
      await write(`${figure.name}.svg`, figure.svg);
      await write(`${figure.name}.csv`, tableToCsv(figure.numbers));
    }
  }
  await write('comparison.json', comparisonsJson(comparisons));
  process.stdout.write(`Written to ${flags.out}\n`);
}

async function openProbe(path: string): Promise<ProbeRun> {
  const run = await openRun(path);
  if (run.experiment === 'probe') return run;
  throw new CommandError(
    `Runs of the probe are compared, but ${path} holds one of ${run.experiment}. Give a folder or a file of a probe.`,
  );
}

/** @throws a sentence where a scheme is not in its run, or nothing is there to compare */
function choosePairs(
  run: ProbeRun,
  other: ProbeRun | undefined,
  schemes: readonly Scheme[] | undefined,
): [Condition, Condition][] {
  const [own, others] = [conditionsOf(run), conditionsOf(other ?? run)];
  if (schemes !== undefined) {
    if (schemes.length > 2 || (schemes.length < 2 && !other))
      throw new CommandError(
        `--scheme takes two schemes to compare${other ? ', or one that both runs have' : ''}, but ${schemes.length} were given.`,
      );
    const [first, second = first] = schemes;
    return [[find(own, first!, 'The first run'), find(others, second!, 'The second')]];
  }
  if (!other) {
    const [first, ...rest] = own;
    if (rest.length === 0)
      throw new CommandError(
        `The run has the scheme "${first!.scheme.label}" alone, so there is nothing to compare it with. Give another run, or run the probe with several schemes.`,
      );
    return rest.map((condition) => [first!, condition]);
  }
  const pairs = own.flatMap((condition): [Condition, Condition][] => {
    const found = others.find(({ scheme }) => scheme.label === condition.scheme.label);
    return found ? [[condition, found]] : [];
  });
  if (pairs.length > 0) return pairs;
  const labels = [own, others].map((all) => all.map(({ scheme }) => scheme.label).join(', '));
  throw new CommandError(
    `The runs have no scheme in common (${labels[0]}; ${labels[1]}). Name one of each with --scheme.`,
  );
}

function find(conditions: readonly Condition[], { label }: Scheme, where: string): Condition {
  const found = conditions.find(({ scheme }) => scheme.label === label);
  if (found) return found;
  const known = conditions.map(({ scheme }) => scheme.label).join(', ');
  throw new CommandError(`${where} has no scheme "${label}"; it has ${known}.`);
}

/** A run's own folder keeps what the run wrote. */
async function refuseRun(folder: string): Promise<void> {
  if (!(await stat(join(folder, 'manifest.json')).catch(() => undefined))) return;
  throw new CommandError(`The folder ${folder} holds a run. Choose another --out.`);
}

function slugOf({ first, second }: ConditionComparison): string {
  return [second, first].map((name) => name.replace(/[^\p{L}\p{N}.]+/gu, '-')).join('-vs-');
}

function differencesCsv(
  differences: readonly ManifestDifference[],
  first: string,
  second: string,
): string {
  return tableToCsv({
    columns: ['what', first, second],
    rows: differences.map(({ what, a, b }) => [what, a, b]),
  });
}

/** Without the items, which have files of their own. */
function comparisonsJson(comparisons: readonly ConditionComparison[]): string {
  const plain = comparisons.map(({ flipped, ...comparison }) => ({
    ...comparison,
    flipped: flipped.length,
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}
