import { readFile } from 'node:fs/promises';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../../src/kernels/chromium.ts';
import { hasVulkan, HOW_TO_GET_A_DEVICE } from '../../src/kernels/node-vulkan.ts';
import { SkippedCheck, type Counts } from './counts.ts';
import { rebuildDataSet } from './data-set-rebuild.ts';
import { rebuildGoldens } from './golden-rebuild.ts';
import { showProgram } from './run-program.ts';

/** Throws `SkippedCheck` where it cannot run, and any other error as a failure. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<Counts>;
}

/** Where the runners write their reports; empty at the start of a run. */
export const REPORTS = 'out/test-reports';

/** A single long test gives up after this. */
const LONG_TEST_MILLISECONDS = 30 * 60 * 1000;

/** What only `npm run test:long` does, one sentence part each. */
export const LEFT_OUT = [
  'the tests that ask for BAPA_LONG=1, counted as skipped above',
  'the data set built again from its packages and compared byte for byte',
  'the golden outputs made again by their Python recipe and compared',
];

/** All checks in the order in which they run; `long` adds those of `npm run test:long`. */
export function allChecks(long: boolean): Check[] {
  const checks = [
    script('types'),
    { ...script('lint'), name: 'lint and import rules' },
    script('format'),
    unitTests(long),
    script('build'),
    pageTests(long),
  ];
  const added = [
    single('the data set built again from its packages', rebuildDataSet),
    single('the golden outputs made again', rebuildGoldens),
  ];
  return long ? [...checks, ...added] : checks;
}

/** A script of package.json, counted as one test. */
function script(name: string): Check {
  return {
    name,
    run: async () => oneTest(await showProgram(['npm', 'run', '--silent', name])),
  };
}

function single(name: string, work: () => Promise<void>): Check {
  return { name, run: () => work().then(() => oneTest(true)) };
}

function oneTest(ok: boolean): Counts {
  return { passed: Number(ok), failed: Number(!ok), skipped: 0 };
}

/** Long tests are skipped without it. */
function longMarker(long: boolean): Record<string, string> {
  return long ? { BAPA_LONG: '1' } : {};
}

function unitTests(long: boolean): Check {
  const report = `${REPORTS}/unit.json`;
  const timeouts = ['--testTimeout', '--hookTimeout'].map((o) => `${o}=${LONG_TEST_MILLISECONDS}`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  return {
    name: 'unit, kernels, golden parity, command line',
    run: async () => {
      const command = ['npx', 'vitest', 'run', ...reporters, ...(long ? timeouts : [])];
      const ok = await showProgram(command, { environment: longMarker(long) });
      const found = await readReport(report);
      const failedSuites = found.numFailedTests === 0 ? found.numFailedTestSuites : 0;
      return withFailure(ok, {
        passed: found.numPassedTests,
        failed: found.numFailedTests + failedSuites,
        skipped: found.numPendingTests + found.numTodoTests,
        ...(hasVulkan() ? {} : { note: `nothing ran on WebGPU. ${HOW_TO_GET_A_DEVICE}` }),
      });
    },
  };
}

function pageTests(long: boolean): Check {
  const report = `${REPORTS}/e2e.json`;
  return {
    name: 'the page in a browser',
    run: async () => {
      if (findChromium() === undefined) {
        throw new SkippedCheck(
          `no Chromium was found, so nothing of it ran. ${HOW_TO_GET_CHROMIUM}`,
        );
      }
      const ok = await showProgram(['npx', 'playwright', 'test', '--reporter=list,json'], {
        environment: { ...longMarker(long), PLAYWRIGHT_JSON_OUTPUT_NAME: report },
      });
      const { stats, errors } = await readReport(report);
      return withFailure(ok, {
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected + errors.length,
        skipped: stats.skipped,
      });
    },
  };
}

/** A failed runner never counts 0 failures. */
function withFailure(ok: boolean, counts: Counts): Counts {
  return ok ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}

async function readReport(path: string) {
  return JSON.parse(await readFile(path, 'utf8'));
}
