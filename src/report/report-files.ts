/** A report as files: the page, and of every run its records, figures, tables and command. */
import { tableToCsv } from '../results/csv.ts';
import { runFiles, type StoredRun } from '../results/run-layout.ts';
import { comparedRuns } from './compared-section.ts';
import { repeatCommand } from './repeat-command.ts';
import { reportHtml, type DescribedRun } from './report-html.ts';
import { describeRun } from './report-run.ts';
import type { SectionContent } from './section-content.ts';
import { tableCsv, tableLatex } from './report-table.ts';

export const REPORT_PAGE = 'report.html';
const COMMANDS = 'commands.sh';

export interface ReportOptions {
  /** Makes all of the runs at once. */
  readonly command?: string | undefined;
}

/**
 * Texts by path with `/`. Each run has a folder, named by its experiment, that can be opened as a run
 * again. The same runs in the same order give the same files.
 * @throws a sentence where there is no run
 */
export function reportFiles(
  runs: readonly StoredRun[],
  { command }: ReportOptions = {},
): Map<string, string> {
  if (runs.length === 0) throw new Error('A report needs a run at least. Name one.');
  const folders = runFolders(runs);
  const described = runs.map((run, at): DescribedRun => {
    return { run, content: describeRun(run), repeat: repeatCommand(run, `out/${folders[at]!}`) };
  });
  const compared = comparedRuns(runs);
  const files = new Map<string, string>([
    [REPORT_PAGE, reportHtml(described, compared, command)],
    [COMMANDS, command === undefined ? commands(described) : `${command}\n`],
  ]);
  described.forEach((one, at) => {
    const own = [...runFiles(one.run), ...drawnFiles(one.content)];
    for (const [name, text] of own) files.set(`${folders[at]!}/${name}`, text);
  });
  for (const { first, second, differences, content } of compared)
    for (const [name, text] of drawnFiles({ ...content, tables: [differences, ...content.tables] }))
      files.set(`compared-${folders[second]!}-${folders[first]!}/${name}`, text);
  return files;
}

/** `probe`, and `probe-2` for a second one. */
function runFolders(runs: readonly StoredRun[]): string[] {
  return runs.map(({ experiment }, at) => {
    const before = runs.slice(0, at).filter((run) => run.experiment === experiment).length;
    return before === 0 ? experiment : `${experiment}-${before + 1}`;
  });
}

function commands(described: readonly DescribedRun[]): string {
  const lines = described.flatMap(({ repeat: { command, notes } }) => [
    ...notes.map((note) => `# ${note.replaceAll(/\s+/g, ' ')}`),
    command,
  ]);
  return `${lines.join('\n')}\n`;
}

function drawnFiles({ figures, tables }: SectionContent): [string, string][] {
  return [
    ...figures.flatMap(({ name, svg, numbers }): [string, string][] => [
      [`figures/${name}.svg`, svg],
      [`figures/${name}.csv`, tableToCsv(numbers)],
    ]),
    ...tables.flatMap((table): [string, string][] => [
      [`tables/${table.name}.csv`, tableCsv(table)],
      [`tables/${table.name}.tex`, tableLatex(table)],
    ]),
  ];
}
