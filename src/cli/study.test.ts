import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumeConflict } from '../results/manifest.ts';
import type { AnyRecord } from '../results/run-layout.ts';
import { STUDY_EXPERIMENTS, studyGroups } from '../results/study.ts';
import { INTERRUPTED } from './failure.ts';
import { openRun } from './open-run.ts';
import { bapa, expectSentence, ROOT } from './testing/bapa.ts';

/** What the page shows before the model is there. */
const SHIPPED = join(ROOT, 'public/study');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bapa-study-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a study of one group', () => {
  it('goes on where it was stopped, and writes runs and report', async () => {
    const args = ['study', '--groups', '1', '--out', folder];
    let asked = false;
    const stopped = await bapa(args, (text, interrupt) => {
      // A second one would end the process at once.
      if (!asked && text.includes('perception, ')) interrupt();
      asked ||= text.includes('perception, ');
    });
    expect(stopped).toMatchObject({ status: INTERRUPTED, stdout: '' });
    expect(stopped.stderr).toContain(`Interrupted: the records so far are in ${folder}.`);
    expectSentence(await bapa(args), 'already holds a run. Add --resume to go on with it');

    const finished = await bapa([...args, '--resume']);
    expect(finished.status).toBe(0);
    expect(finished.stdout).toMatch(/^Written to .* in (\d+ min )?[\d.]+ s\n$/);
    expect(finished.stderr).toContain('100 % of the study');
    const written = await readdir(folder);
    expect(written).toEqual(
      expect.arrayContaining([...STUDY_EXPERIMENTS, 'report.html', 'report.zip']),
    );
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    expect(page.match(/<h2 /g)).toHaveLength(STUDY_EXPERIMENTS.length);
    expect(page).not.toContain('The run was not finished');
  });

  it.each(STUDY_EXPERIMENTS)('is what the shipped %s holds of it', async (experiment) => {
    const [shipped, made] = await Promise.all([
      openRun(join(SHIPPED, `${experiment}.bapa.zip`)),
      openRun(join(folder, `${experiment}.bapa.zip`)),
    ]);
    expect(shipped.manifest.groups).toBe(studyGroups(experiment));
    expect(resumeConflict(made.manifest, shipped.manifest)).toBeNull();
    const first = (shipped.records as AnyRecord[]).filter(({ group }) => group === 0);
    expect(made.records).toHaveLength(first.length);
    expect(first.length).toBeGreaterThanOrEqual(9);
    first.forEach((record, at) => expectClose(made.records[at]!, record, record.key));
  });

  it('is of another size for no experiment than a report of the shipped one says', async () => {
    const page = await readFile(join(SHIPPED, 'report.html'), 'utf8');
    for (const experiment of STUDY_EXPERIMENTS)
      expect(page).toContain(
        `bapa -- ${experiment} --model emoji-llava --dataset emoji-probe --groups ${studyGroups(experiment)} `,
      );
  });
});

/** Numbers up to what processors of other makes round otherwise, all else the same but the time. */
function expectClose(found: unknown, wanted: unknown, path: string): void {
  if (path.endsWith('.milliseconds')) return;
  if (typeof wanted === 'number') {
    expect(Math.abs((found as number) - wanted), path).toBeLessThan(
      1e-3 * Math.max(1, Math.abs(wanted)),
    );
  } else if (wanted !== null && typeof wanted === 'object') {
    expect(Object.keys(found as object), path).toEqual(Object.keys(wanted));
    for (const [name, inner] of Object.entries(wanted))
      expectClose((found as Record<string, unknown>)[name], inner, `${path}.${name}`);
  } else expect(found, path).toBe(wanted);
}
