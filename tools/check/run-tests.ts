/**
 * `npm test` and `npm run test:long`: every check in turn, each shown as it runs, with one closing
 * table. A failing check does not hide the ones after it; the exit status is 0 only if all passed.
 * `-- --only <part of a name>` runs some of them alone.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { allChecks, LEFT_OUT, REPORTS, type Check } from './checks.ts';
import { SkippedCheck, type Counts } from './counts.ts';

/** A check's counts and its line of the closing table. */
async function runCheck({ name, run }: Check): Promise<Counts & { line: string }> {
  console.log(`\n── ${name} ──`);
  const start = performance.now();
  try {
    const counts = await run();
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const verdict = counts.failed === 0 ? 'passed ' : 'FAILED ';
    const failed = counts.failed > 0 ? `${counts.failed} failed, ` : '';
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} SKIPPED` : '';
    const line = `${verdict}  ${name} (${failed}${counts.passed} passed${skipped}, ${seconds} s)`;
    const note = counts.note === undefined ? '' : `\nSKIPPED  of it: ${counts.note}`;
    return { ...counts, line: `${line}${note}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const skipped = error instanceof SkippedCheck;
    console.log(`${skipped ? 'SKIPPED' : 'FAILED'}: ${reason}`);
    return {
      passed: 0,
      failed: Number(!skipped),
      skipped: Number(skipped),
      line: `${skipped ? 'SKIPPED' : 'FAILED '}  ${name}: ${reason}`,
    };
  }
}

function chosenChecks(long: boolean, only: string): Check[] {
  const all = allChecks(long);
  const chosen = all.filter(({ name }) => name.includes(only));
  if (chosen.length > 0) return chosen;
  const names = all.map(({ name }) => `"${name}"`).join(', ');
  throw new Error(`No check is called like "${only}"; there are ${names}.`);
}

async function main(long: boolean, only: string): Promise<void> {
  const chosen = chosenChecks(long, only);
  await rm(REPORTS, { recursive: true, force: true });
  await mkdir(REPORTS, { recursive: true });
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const check of chosen) {
    const { line, passed, failed, skipped } = await runCheck(check);
    lines.push(line);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  console.log(`\n${lines.join('\n')}`);
  if (!long) {
    console.log('\nLEFT OUT here, done by `npm run test:long`:');
    for (const part of LEFT_OUT) console.log(`- ${part}`);
  }
  if (only !== '') console.log(`\nONLY the checks called like "${only}" were run.`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

if (!existsSync('package.json')) {
  throw new Error('Run the tests from the project root: no package.json was found here.');
}
const { values } = parseArgs({
  options: { long: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
await main(values.long, values.only);
