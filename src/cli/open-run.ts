/** Reads runs from where a person keeps them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackRun } from '../results/run-archive.ts';
import { readRun, type StoredRun } from '../results/run-layout.ts';
import { CommandError } from './failure.ts';

/**
 * A run's texts by name: of a run's folder (its own level), or of the file that a run was exported as.
 * @throws a sentence where there is neither
 */
export async function readRunFiles(path: string): Promise<Map<string, string>> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new CommandError(
      `There is no run at ${path}. Give a folder that a run was written to, or a run's file (.bapa.zip).`,
    );
  if (!found.isDirectory()) return unpackRun(await readFile(path), path);
  const names = (await readdir(path)).filter((name) => /\.jsonl?$/.test(name)).sort();
  const files = new Map<string, string>();
  for (const name of names) files.set(name, await readFile(join(path, name), 'utf8'));
  return files;
}

/** The run in a folder or a file. @throws a sentence that names the file and what is wrong with it */
export async function openRun(path: string): Promise<StoredRun> {
  return readRun(await readRunFiles(path), path);
}
