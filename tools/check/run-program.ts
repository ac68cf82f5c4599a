import { spawn } from 'node:child_process';

export interface ProgramOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program with its output shown; true when it ended with status 0. */
export function showProgram(
  [program = '', ...rest]: readonly string[],
  { folder, environment }: ProgramOptions = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Runs a program and keeps what it prints, both streams together. */
export function captureProgram(
  [program = '', ...rest]: readonly string[],
  { folder, environment }: ProgramOptions = {},
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let output = '';
    const keep = (text: Buffer) => (output += text.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
