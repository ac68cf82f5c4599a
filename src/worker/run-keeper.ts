/** Keeps what one run makes in the browser's store, batch after batch, while the run goes on. */
import { holdRun, tellNews } from '../kept/run-lock.ts';
import type { KeptRequest, KeptRun, KeptState } from '../kept/run-schema.ts';
import { newRun, type RunStore, withLines } from '../kept/run-store.ts';
import type { Listener } from '../protocol/server.ts';
import type { ResumedRun } from '../protocol/workbench.ts';
import type { RunManifest } from '../results/manifest.ts';
import { type AnyRecord, layoutOf } from '../results/run-layout.ts';
import type { RunProgress } from '../results/run-progress.ts';

/** The store, opened once for all runs of the tab, and again where it was taken away. */
export type OpenRuns = () => Promise<RunStore>;

/**
 * The one writer of a run: it holds the run's lock. What cannot be written waits for the next batch, and
 * a run is `finished` in the store together with its last records or not at all.
 */
export class RunKeeper {
  private row: KeptRun | undefined;
  /** Lines that are not in the store yet. */
  private waiting: string[] = [];
  private writing: Promise<void> | undefined;
  private changed = false;
  private begun = false;
  private isNew = true;
  private told = false;

  private constructor(
    private readonly emit: Listener,
    private readonly asked: KeptRequest,
    private readonly openRuns: OpenRuns,
    private store: RunStore | undefined,
    private readonly id: string,
    private readonly release: () => void,
  ) {}

  /**
   * Takes a run for this tab, a new one or one that is kept.
   * @throws a sentence where it runs in another tab, or was removed
   */
  static async take(
    emit: Listener,
    openRuns: OpenRuns,
    asked: KeptRequest,
    resume: ResumedRun<AnyRecord> | undefined,
  ): Promise<{ keeper: RunKeeper; records: readonly AnyRecord[] }> {
    const given = resume?.records ?? [];
    let store: RunStore | undefined;
    try {
      store = await openRuns();
    } catch (error) {
      emit({ type: 'run-not-kept', message: (error as Error).message });
    }
    const id = resume?.kept ?? (store ? crypto.randomUUID() : '');
    const release = store && (await holdRun(id));
    if (store && !release)
      throw new Error(
        'This run goes on in another tab. Watch it here, or close it there to go on with it here.',
      );
    const keeper = new RunKeeper(emit, asked, openRuns, store, id, release ?? (() => {}));
    if (store === undefined || resume === undefined) return { keeper, records: given };
    try {
      return { keeper, records: await keeper.takeUp(store, resume) };
    } catch (error) {
      keeper.release();
      throw error;
    }
  }

  /** All records of a run that goes on: what the page gave, and what the store has beyond it. */
  private async takeUp(
    store: RunStore,
    { kept, records }: ResumedRun<AnyRecord>,
  ): Promise<readonly AnyRecord[]> {
    const row = kept === undefined ? undefined : await store.run(kept);
    const stored = row ? await store.records(row) : [];
    this.row = row;
    this.isNew = row === undefined;
    const known = new Set(stored.map(({ key }) => key));
    // A full disk may have left the page with more than the store, as a run before it was kept.
    for (const record of records) if (!known.has(record.key)) this.keep(record);
    const given = new Set(records.map(({ key }) => key));
    return [...records, ...stored.filter(({ key }) => !given.has(key))];
  }

  /** Begins to write; again after a lost device changes nothing. */
  begin(manifest: RunManifest): void {
    if (this.store === undefined) return;
    const { experiment } = this.asked;
    this.row ??= newRun(this.id, experiment, manifest);
    if (!this.begun) this.emit({ type: 'run-kept', experiment, id: this.id });
    this.begun = true;
    this.mark('running');
  }

  /** Takes a record; it is written with the batch. */
  keep(record: AnyRecord): void {
    if (this.store) this.waiting.push(layoutOf(this.asked.experiment).format(record));
  }

  /** Writes what was taken. */
  progressed({ done, total }: RunProgress): void {
    this.change({ share: total === 0 ? 0 : done / total });
  }

  /**
   * Resolves when what was taken is in the store, or cannot be. Waited for before each batch: on WASM the
   * next one would keep the worker from hearing that a write is done, and hold back the write after it.
   */
  settled(): Promise<void> {
    return this.writing ?? Promise.resolve();
  }

  /** Notes that the run stands still, or goes on. */
  mark(state: KeptState, failure?: string): void {
    this.change({ state, failure });
  }

  /** Writes the rest and gives the run free. One that never began stays as it was kept. */
  async end(state: KeptState, failure?: string): Promise<void> {
    if (this.begun) {
      this.mark(state, failure);
      await this.writing;
      // What failed on the way is tried once more, with the end.
      if (this.changed) await this.write();
    }
    this.release();
    if (this.row) tellNews({ id: this.id, state: this.row.state });
  }

  private change(part: Partial<KeptRun>): void {
    if (!this.begun || this.row === undefined) return;
    this.row = { ...this.row, ...part };
    this.changed = true;
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
  }

  /** Writes until nothing is new, or a write fails. */
  private async writeAll(): Promise<void> {
    while (this.changed && (await this.write()));
  }

  private async write(): Promise<boolean> {
    const lines = this.waiting;
    const before = this.row!;
    const next = { ...withLines(before, lines), resumable: true };
    this.waiting = [];
    this.changed = false;
    this.row = next;
    try {
      await this.writeLines(next, lines);
      this.isNew = false;
      if (this.told) this.emit({ type: 'run-kept', experiment: next.experiment, id: this.id });
      this.told = false;
      tellNews({ id: this.id, state: next.state });
      return true;
    } catch (error) {
      const { records, bytes } = before;
      this.row = { ...this.row, records, bytes };
      this.waiting = [...lines, ...this.waiting];
      this.changed = true;
      this.tellNotKept((error as Error).message);
      return false;
    }
  }

  /** Where the browser has closed the store, it is opened anew, once. */
  private async writeLines(run: KeptRun, lines: readonly string[]): Promise<void> {
    const asked = this.isNew ? this.asked : undefined;
    try {
      await this.store!.write(run, lines, asked);
    } catch (error) {
      const store = await this.openRuns();
      if (store === this.store) throw error;
      this.store = store;
      await store.write(run, lines, asked);
    }
  }

  /** Once, until it can be written again. */
  private tellNotKept(why: string): void {
    if (this.told) return;
    this.told = true;
    const message = `${why} The run goes on; its answers since then are in this tab alone, until they can be kept.`;
    this.emit({ type: 'run-not-kept', message });
  }
}
