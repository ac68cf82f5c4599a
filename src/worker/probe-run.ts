/** One probe run of the tab: it can be paused and cancelled, and it outlives a lost device. */
import { CAPTIONS_FOR_A_FULL_GRID } from '../data/groups.ts';
import type { ProbeDataset } from '../data/dataset.ts';
import { userPictures, withFillers } from '../data/user-pictures.ts';
import { planProbe, probeManifest, runProbe } from '../experiments/probe.ts';
import type { Listener } from '../protocol/server.ts';
import type { ProbeOutcome, ProbeRequest } from '../protocol/workbench.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { ProbeRecord } from '../results/records.ts';
import type { EngineHost } from './engine-host.ts';
import type { LiveFirst } from './live-first.ts';

/** A group at a time, as the command line does: batch size is part of what a manifest compares. */
const PICTURES_PER_BATCH = 9;

export class ProbeRun {
  private readonly controller = new AbortController();
  private readonly records = new Map<string, ProbeRecord>();
  private unsent: ProbeRecord[] = [];
  private gate: { opened: Promise<void>; open(): void } | undefined;

  constructor(
    private readonly host: EngineHost,
    private readonly emit: Listener,
    private readonly liveFirst: LiveFirst,
  ) {}

  pause(): void {
    if (this.gate !== undefined) return;
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.gate = { opened, open };
  }

  resume(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  cancel(): void {
    this.controller.abort();
    this.resume();
  }

  /** Runs to the end, or until cancelled; records go out batch by batch as they come. */
  async run(request: ProbeRequest, embedded: ProbeDataset): Promise<ProbeOutcome> {
    const dataset = await datasetOf(request, embedded);
    const { groups, seed, schemes, picturesPerBatch = PICTURES_PER_BATCH } = request;
    const plan = planProbe(dataset, { groups, seed, schemes, picturesPerBatch });
    const startedAt = new Date().toISOString();
    for (const record of request.done ?? []) this.records.set(record.key, record);
    let manifest: RunManifest | undefined;
    const { signal } = this.controller;
    try {
      await this.host.withEngine(async ({ engine }) => {
        manifest ??= probeManifest(engine, dataset, plan, startedAt);
        this.emit({ type: 'probe-manifest', manifest });
        await runProbe(engine, dataset, plan, {
          done: new Map(this.records),
          signal,
          gate: () => this.beforeBatch(),
          onRecord: (record) => {
            this.records.set(record.key, record);
            this.unsent.push(record);
          },
          onProgress: (progress) => {
            this.send();
            this.emit({ type: 'probe-progress', progress });
          },
        });
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.send();
    }
    return { state: signal.aborted ? 'cancelled' : 'finished', manifest: manifest! };
  }

  private async beforeBatch(): Promise<void> {
    await this.liveFirst.turn();
    await this.gate?.opened;
  }

  private send(): void {
    if (this.unsent.length > 0) this.emit({ type: 'probe-records', records: this.unsent });
    this.unsent = [];
  }
}

/** Own pictures that cannot fill a grid stand among the embedded ones, as the only targets. */
async function datasetOf(request: ProbeRequest, embedded: ProbeDataset): Promise<ProbeDataset> {
  if (request.dataset === 'embedded') return embedded;
  const { name, pictures } = request.dataset;
  if (pictures.length === 0) {
    throw new Error('There are no own pictures to probe yet. Add some on the bench first.');
  }
  const own = await userPictures(name, pictures, embedded.cell);
  const captions = new Set(pictures.map(({ caption }) => caption.trim().toLowerCase()));
  return captions.size < CAPTIONS_FOR_A_FULL_GRID ? withFillers(own, embedded) : own;
}
