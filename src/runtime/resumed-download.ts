/** A range of bytes over HTTP that survives dropped connections. */

export interface ResumedDownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Pauses before the tries that follow a failure without a byte in between, in milliseconds. */
  readonly pauses?: readonly number[] | undefined;
  /** A connection that brings nothing for so long counts as dropped, in milliseconds. */
  readonly patience?: number | undefined;
}

/** The server's last word: another try would be answered alike. Its message is a whole sentence. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

/** The server is busy, and may have said for how long. */
export class BusyError extends Error {
  override name = 'BusyError';
  constructor(
    message: string,
    /** Milliseconds to wait at least. */
    readonly wait: number,
  ) {
    super(message);
  }
}

/** Half a minute in all: long enough for a network that comes back, short enough to wait for. */
const PAUSES = [500, 1000, 2000, 4000, 8000, 16000];
const PATIENCE = 30_000;
/** A server may ask for more, but then a person should know of it. */
const LONGEST_WAIT = 60_000;

/**
 * The bytes `start` up to `end` (exclusive) of `what`, as they come. A connection that drops, falls
 * silent or is refused for the moment goes on from the last byte after a pause; the count of tries
 * begins anew with every byte that arrives. Leaving the loop early closes the connection.
 *
 * @param open asks for the bytes from an offset on and gives the response whose body begins there;
 *   throws `RefusedError` where trying again is of no use.
 * @throws a sentence when cancelled, when refused, or when the tries are used up
 */
export async function* resumedDownload(
  what: string,
  start: number,
  end: number,
  open: (from: number, signal: AbortSignal) => Promise<Response>,
  options: ResumedDownloadOptions = {},
): AsyncGenerator<Uint8Array> {
  const tries = new Tries(what, options);
  let at = start;
  while (at < end) {
    const connection = tries.connect();
    try {
      const response = await tries.patiently(open(at, connection.signal));
      const reader = response.body?.getReader();
      while (reader && at < end) {
        const { done, value } = await tries.patiently(reader.read());
        if (done) break;
        const piece = value.subarray(0, end - at);
        at += piece.byteLength;
        tries.succeeded();
        yield piece;
      }
      if (at < end) throw new Error(`the server ended after ${at - start} bytes`);
    } catch (error) {
      await tries.failed(error as Error, `broke off after ${at - start} bytes`);
    } finally {
      connection.close();
    }
  }
}

/** The result of `work`, tried again after failures like a download's. */
export async function tried<T>(
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  options: ResumedDownloadOptions = {},
): Promise<T> {
  const tries = new Tries(what, options);
  for (;;) {
    const connection = tries.connect();
    try {
      return await tries.patiently(work(connection.signal));
    } catch (error) {
      await tries.failed(error as Error, 'failed');
    } finally {
      connection.close();
    }
  }
}

/** Counts failures in a row, and pauses after each. */
class Tries {
  private failures = 0;

  constructor(
    private readonly what: string,
    private readonly options: ResumedDownloadOptions,
  ) {}

  /** A signal for one connection, which a cancel closes too. */
  connect(): { signal: AbortSignal; close: () => void } {
    const { signal } = this.options;
    if (signal?.aborted) throw cancelled(this.what, signal);
    const controller = new AbortController();
    const abort = () => controller.abort();
    signal?.addEventListener('abort', abort);
    const close = () => {
      signal?.removeEventListener('abort', abort);
      controller.abort();
    };
    return { signal: controller.signal, close };
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** Resolves when the next try is due. Throws where there is none. */
  async failed(error: Error, outcome: string): Promise<void> {
    const { signal, pauses = PAUSES } = this.options;
    if (signal?.aborted) throw cancelled(this.what, signal);
    if (error instanceof RefusedError) throw error;
    const pause = pauses[this.failures];
    if (pause === undefined) throw givenUp(this.what, outcome, pauses.length, error);
    this.failures += 1;
    await rest(Math.max(pause, waitOf(error)), signal);
  }

  /** Rejects where `work` takes longer than the patience. */
  async patiently<T>(work: Promise<T>): Promise<T> {
    const { patience = PATIENCE } = this.options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      const error = new Error(`nothing came for ${Math.round(patience / 1000)} s`);
      timer = setTimeout(() => reject(error), patience);
    });
    // Whichever loses the race may still reject, with nobody waiting.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, silence]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function waitOf(error: unknown): number {
  return error instanceof BusyError ? Math.min(error.wait, LONGEST_WAIT) : 0;
}

function cancelled(what: string, signal: AbortSignal): Error {
  return new Error(`Loading was cancelled at ${what}.`, { cause: signal.reason });
}

function givenUp(what: string, outcome: string, tries: number, cause: Error): Error {
  const online = (globalThis.navigator as Navigator | undefined)?.onLine !== false;
  const where = online
    ? 'Check that the network is there and lets this server be reached'
    : 'The browser is offline: connect it';
  return new Error(
    `The download of ${what} ${outcome}, and ${tries} further tries brought no more (${cause.message}). ${where}, and load again.`,
    { cause },
  );
}

/** Waits, or less long where the signal aborts. */
function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal?.addEventListener('abort', wake);
    if (signal?.aborted) wake();
  });
}
