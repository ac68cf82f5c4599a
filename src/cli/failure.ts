/** How the command line fails: one sentence on stderr, a status other than 0, the trace on request. */

/** Exit status after Ctrl-C, as shells expect it (128 + SIGINT). */
export const INTERRUPTED = 130;

/** A failure whose message is all a person needs. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly status = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs a command's action and turns what it throws into a message and an exit status. */
export async function runAction(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    reportFailure(error);
  }
}

/** Writes the sentence (and with `BAPA_DEBUG=1` the trace) and sets the exit status. */
export function reportFailure(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(/\s*\n\s*/g, ' ').trim()}\n`);
  if (process.env['BAPA_DEBUG'] === '1') {
    process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
    if (error instanceof Error && error.cause) console.error(error.cause);
  }
  process.exitCode = error instanceof CommandError ? error.status : 1;
}
