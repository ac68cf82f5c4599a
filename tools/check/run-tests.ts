/**
 * `npm test` and `npm run test:long`: every check in turn, each shown as it runs, with one closing
 * table. A failing check does not hide the ones after it; the exit status is 0 only if all passed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Check {
  name: string;
  command: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Reads the runner's own JSON report; a check without one counts as a single test. */
  counts?: () => Promise<Counts>;
  /** A reason not to run, said out loud. */
  skip?: string;
}

const REPORTS = 'out/test-reports';

async function vitestCounts(): Promise<Counts> {
  const report = JSON.parse(await readFile(`${REPORTS}/unit.json`, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed:
      report.numFailedTests + report.numFailedTestSuites * Number(report.numFailedTests === 0),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function playwrightCounts(): Promise<Counts> {
  const { stats, errors } = JSON.parse(await readFile(`${REPORTS}/e2e.json`, 'utf8'));
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

function checks(long: boolean): Check[] {
  const unitReport = ['--reporter=default', '--reporter=json', `--outputFile=${REPORTS}/unit.json`];
  const noBrowser = findChromium() === undefined ? HOW_TO_GET_CHROMIUM : undefined;
  const environment: Record<string, string> = long ? { BAPA_LONG: '1' } : {};
  return [
    { name: 'types', command: ['npm', 'run', '--silent', 'types'] },
    { name: 'lint and import rules', command: ['npm', 'run', '--silent', 'lint'] },
    { name: 'format', command: ['npm', 'run', '--silent', 'format'] },
    {
      name: 'unit, kernels, golden parity, command line',
      command: ['npx', 'vitest', 'run', ...unitReport],
      environment,
      counts: vitestCounts,
    },
    { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
    {
      name: 'the page in a browser',
      command: ['npx', 'playwright', 'test', '--reporter=list,json'],
      environment: { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: `${REPORTS}/e2e.json` },
      counts: playwrightCounts,
      ...(noBrowser === undefined ? {} : { skip: noBrowser }),
    },
  ];
}

function run(check: Check): Promise<boolean> {
  const [program = '', ...rest] = check.command;
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...check.environment },
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** The runner's own counts, or one test for a check without them. A failed runner never counts 0 failures. */
async function countsOf(check: Check, ok: boolean): Promise<Counts> {
  const single: Counts = { passed: Number(ok), failed: Number(!ok), skipped: 0 };
  if (check.counts === undefined) return single;
  try {
    const counts = await check.counts();
    return ok ? counts : { ...counts, failed: Math.max(1, counts.failed) };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function main(): Promise<void> {
  const long = process.argv.includes('--long');
  await rm(REPORTS, { recursive: true, force: true });
  await mkdir(REPORTS, { recursive: true });
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const check of checks(long)) {
    console.log(`\n── ${check.name} ──`);
    if (check.skip !== undefined) {
      console.log(`SKIPPED: ${check.skip}`);
      lines.push(`skipped  ${check.name}: ${check.skip}`);
      total.skipped += 1;
      continue;
    }
    const start = performance.now();
    const counts = await countsOf(check, await run(check));
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const verdict = counts.failed === 0 ? 'passed ' : 'FAILED ';
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    lines.push(`${verdict}  ${check.name} (${counts.passed} passed${skipped}, ${seconds} s)`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  console.log(`\n${lines.join('\n')}`);
  if (!long) {
    console.log('left out: the long checks (`npm run test:long`), see CONTRIBUTING.md');
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

if (!existsSync('package.json')) {
  throw new Error('Run the tests from the project root: no package.json was found here.');
}
await main();
