/** The command line in a process of its own, for tests. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** The most memory that the process held, by Linux's own count; 0 elsewhere. */
  readonly peakMiB: number;
}

const MEMORY_EVERY_MS = 200;

/**
 * Runs the command line as `npm run bapa` does; `onError` sees stderr as it comes. No file may grow
 * beyond `largestFile` KiB, which the system refuses as it refuses a full disk. `environment` goes over
 * this process's own.
 */
export function bapa(
  args: readonly string[],
  onError?: (text: string, interrupt: () => void, kill: () => void) => void,
  largestFile: number | 'unlimited' = 'unlimited',
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const register = join(ROOT, 'tools/node/register.mjs');
  const node = ['--disable-warning=ExperimentalWarning', '--import', register];
  return new Promise((resolve, reject) => {
    const command = [process.execPath, ...node, join(ROOT, 'src/cli.ts'), ...args];
    const limited = ['-c', `ulimit -f ${largestFile} && exec "$@"`, 'bash', ...command];
    const child = spawn('bash', limited, { cwd: ROOT, env: { ...process.env, ...environment } });
    const start = performance.now();
    let peakMiB = 0;
    const watch = setInterval(() => {
      peakMiB = Math.max(peakMiB, peakOf(child.pid));
    }, MEMORY_EVERY_MS);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      onError?.(
        stderr,
        () => child.kill('SIGINT'),
        () => child.kill('SIGKILL'),
      );
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      resolve({ status, stdout, stderr, seconds, peakMiB });
    });
  });
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** One sentence for a person: a line that ends with a period, and no trace. */
export function expectSentence({ status, stderr }: Outcome, words: string): void {
  expect(status).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trim().split('\n').at(-1)).toMatch(/[.)]$/);
}
