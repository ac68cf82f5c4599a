/** A report of runs as one page: no script, nothing to load, every figure and number in it. */
import { duration } from '../results/duration.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { StoredRun } from '../results/run-layout.ts';
import type { ComparedRuns } from './compared-section.ts';
import { fields, figure, list, paragraphs, table, text } from './html.ts';
import type { RepeatCommand } from './repeat-command.ts';
import { REPORT_STYLE } from './report-style.ts';
import { EXPERIMENT_NAMES } from './report-run.ts';
import type { SectionContent } from './section-content.ts';

/** A run with what is said of it. */
export interface DescribedRun {
  readonly run: StoredRun;
  readonly content: SectionContent;
  readonly repeat: RepeatCommand;
}

/** What a page is not allowed to: it has no scripts, and nothing to ask anyone for. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * The whole page, as text. The same runs give the same text.
 * @param command makes all of the runs at once, where there is such a one
 */
export function reportHtml(
  runs: readonly DescribedRun[],
  compared: readonly ComparedRuns[],
  command?: string,
): string {
  const title = titleOf(runs.map(({ run }) => run.manifest));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="generator" content="BaPA Workbench">',
    `<title>${text(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${text(title)}</h1>`,
    paragraphs([
      'How much the answers depend on where in the picture the evidence sits, as BaPA Workbench measured it. Numbers in brackets are 95 % intervals. What is said here holds for these models and data sets alone.',
    ]),
    ...(command === undefined
      ? []
      : ['<p>All of it is made again by</p>', `<pre><code>${text(command)}</code></pre>`]),
    '<nav aria-label="Runs">',
    '<ol>',
    ...runs.map(
      ({ run }, at) => `<li><a href="#${idOf(at)}">${text(headingOf(run.manifest))}</a></li>`,
    ),
    ...compared.map(
      (one, at) => `<li><a href="#compared-${at + 1}">${comparedHeading(one)}</a></li>`,
    ),
    '</ol>',
    '</nav>',
    '</header>',
    '<main>',
    ...runs.map((run, at) => section(run, idOf(at))),
    ...compared.map((one, at) => comparedSection(one, `compared-${at + 1}`)),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function titleOf(manifests: readonly RunManifest[]): string {
  const names = [...new Set(manifests.map(({ model }) => model.name))];
  const datasets = [...new Set(manifests.map(({ dataset }) => dataset.name))];
  return `Spatial bias of ${names.join(', ')} on ${datasets.join(', ')}`;
}

function idOf(at: number): string {
  return `run-${at + 1}`;
}

function headingOf({ experiment, model, dataset, groups }: RunManifest): string {
  const name = EXPERIMENT_NAMES[experiment as keyof typeof EXPERIMENT_NAMES];
  return `${name}: ${model.name} on ${dataset.name}, ${groups} ${groups === 1 ? 'group' : 'groups'}`;
}

function comparedHeading({ first, second }: ComparedRuns): string {
  return `Compared: run ${second + 1} with run ${first + 1}`;
}

function comparedSection(one: ComparedRuns, id: string): string {
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${comparedHeading(one)}</h2>`,
    ...part(
      'What differs',
      one.differences.rows.length > 0
        ? table(one.differences)
        : '<p>Nothing that could move a number differs between the two runs.</p>',
    ),
    ...part('What it says', paragraphs(one.content.findings)),
    ...drawn(one.content, id),
    ...tables(one.content),
    ...missing(one.content),
    '</section>',
  ].join('\n');
}

function section({ run, content, repeat }: DescribedRun, id: string): string {
  const { manifest } = run;
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(headingOf(manifest))}</h2>`,
    `<p class="muted">${text(sourceLine(run))}</p>`,
    ...(content.findings.length > 0 ? part('What it says', paragraphs(content.findings)) : []),
    ...drawn(content, id),
    ...tables(content),
    ...missing(content),
    ...part(
      'Make it again',
      `<pre><code>${text(repeat.command)}</code></pre>`,
      ...(repeat.notes.length > 0 ? [list(repeat.notes)] : []),
    ),
    ...part('Manifest', fields('What the run was', manifest)),
    '</section>',
  ].join('\n');
}

function part(heading: string, ...inside: string[]): string[] {
  return [`<h3>${text(heading)}</h3>`, ...inside];
}

function drawn({ figures, shown }: SectionContent, id: string): string[] {
  const own = figures.filter(({ name }) => shown.includes(name));
  if (own.length === 0) return [];
  return part('Figures', ...own.map(({ name, svg }) => figure(svg, `${id}-${name}`)));
}

function tables(content: SectionContent): string[] {
  return content.tables.length > 0 ? part('Tables', ...content.tables.map(table)) : [];
}

function missing({ skipped }: SectionContent): string[] {
  const words = skipped.length > 0 ? list(skipped) : '<p>Nothing was left out.</p>';
  return part('What is missing', words);
}

function sourceLine({ manifest, records }: StoredRun): string {
  const { seed, runtime, model, startedAt } = manifest;
  const spent = (records as readonly { milliseconds: number }[]).reduce(
    (sum, { milliseconds }) => sum + milliseconds,
    0,
  );
  return [
    `seed ${seed}`,
    `${runtime.provider} (${runtime.adapter})`,
    `weights in ${model.dtype}`,
    `${records.length} records, ${duration(spent)} of computing`,
    `begun ${startedAt.slice(0, 10)}`,
  ].join(' · ');
}
