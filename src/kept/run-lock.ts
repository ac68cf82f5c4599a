/** Which tab a run is in: a lock that goes with its holder, whatever ends it, and news for the others. */
import type { KeptState } from './run-schema.ts';

const PREFIX = 'bapa-run-';
const CHANNEL = 'bapa-runs';

/** Holds a run until what it returns is called, or the tab is gone; undefined where another tab has it. */
export function holdRun(id: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(PREFIX + id, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

/** The runs that some tab holds. */
export async function heldRuns(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  const names = held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name] : []));
  return new Set(names.map((name) => name.slice(PREFIX.length)));
}

/**
 * Waits until no tab holds the run, and then does `work` as the only one of all that wait.
 * @throws the signal's reason when aborted before
 */
export async function succeedRun(
  id: string,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  await navigator.locks.request(`bapa-next-${id}`, { signal }, async () => {
    await navigator.locks.request(PREFIX + id, { signal }, () => undefined);
    await work();
  });
}

/** What is told of a run after each change that is kept. */
export interface RunNews {
  readonly id: string;
  /** Undefined of a run that was removed. */
  readonly state: KeptState | undefined;
}

/** Tells the other tabs, and the page of this one. */
export function tellNews(news: RunNews): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

/** Hears news until what it returns is called. */
export function hearNews(hear: (news: RunNews) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<RunNews>) => hear(data);
  return () => channel.close();
}
