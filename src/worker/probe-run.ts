/** One probe run of the tab: it can be paused and cancelled, and it outlives a lost device. */
import type { ProbeDataset } from '../data/dataset.ts';
import { planProbe, probeManifest, runProbe, type ProbePlan } from '../experiments/probe.ts';
import type { Listener } from '../protocol/server.ts';
import type { OwnPicture } from '../protocol/picture-set.ts';
import type { ProbeOutcome, ProbeRequest } from '../protocol/workbench.ts';
import type { KeptState } from '../kept/run-schema.ts';
import type { ProbeRecord } from '../results/records.ts';
import type { Engine } from '../runtime/engine.ts';
import type { EngineHost } from './engine-host.ts';
import type { LiveFirst } from './live-first.ts';
import { type OpenRuns, RunKeeper } from './run-keeper.ts';
import { checkSameRun, openPictureSet } from './run-guards.ts';

/** One picture, so that maps fill cell by cell and a pause or an end never waits for a whole group. */
const PICTURES_PER_BATCH = 1;

/** Where a paused run waits. */
interface Gate {
  readonly opened: Promise<void>;
  open(): void;
  readonly reached: Promise<void>;
  reach(): void;
}

export class ProbeRun {
  private readonly controller = new AbortController();
  private readonly records = new Map<string, ProbeRecord>();
  private unsent: ProbeRecord[] = [];
  private gate: Gate | undefined;
  private keeper: RunKeeper | undefined;

  constructor(
    private readonly host: EngineHost,
    private readonly emit: Listener,
    private readonly liveFirst: LiveFirst,
    private readonly openRuns: OpenRuns,
  ) {}

  /** Resolves when the run stands still, or has ended. */
  pause(): Promise<void> {
    this.gate ??= makeGate();
    return this.gate.reached.then(() => {
      if (this.gate !== undefined) this.keeper?.mark('paused');
    });
  }

  resume(): void {
    const { gate } = this;
    if (gate !== undefined) this.keeper?.mark('running');
    this.gate = undefined;
    gate?.reach();
    gate?.open();
  }

  cancel(): void {
    this.controller.abort();
    this.resume();
  }

  /** Runs to the end, or until cancelled; records go out batch by batch as they come. */
  async run(request: ProbeRequest, embedded: ProbeDataset): Promise<ProbeOutcome> {
    const dataset = await openPictureSet(request.dataset, embedded);
    const { groups, seed, schemes, picturesPerBatch = PICTURES_PER_BATCH } = request;
    const plan = planProbe(dataset, { groups, seed, schemes, picturesPerBatch });
    const startedAt = new Date().toISOString();
    const { resume, ...asked } = request;
    const keptRequest = { experiment: 'probe', request: asked } as const;
    const { keeper, records } = await RunKeeper.take(this.emit, this.openRuns, keptRequest, resume);
    this.keeper = keeper;
    this.takeUp(resume?.records ?? [], records as readonly ProbeRecord[]);
    let manifest = resume?.manifest;
    const { signal } = this.controller;
    let ended: [state: KeptState, failure?: string] = ['finished'];
    try {
      await this.host.withEngine(async ({ engine }) => {
        const now = probeManifest(engine, dataset, plan, startedAt);
        manifest ??= now;
        checkSameRun(manifest, now);
        if (request.dataset !== 'embedded') checkCaptions(engine, plan, request.dataset.pictures);
        this.emit({ type: 'probe-manifest', manifest });
        keeper.begin(manifest);
        await runProbe(engine, dataset, plan, {
          done: new Map(this.records),
          signal,
          gate: () => this.beforeBatch(),
          onRecord: (record) => {
            this.records.set(record.key, record);
            this.unsent.push(record);
            keeper.keep(record);
          },
          onProgress: (progress) => {
            this.send();
            this.emit({ type: 'probe-progress', progress });
            keeper.progressed(progress);
          },
        });
      });
    } catch (error) {
      ended = signal.aborted ? ['cancelled'] : ['failed', (error as Error).message];
      if (!signal.aborted) throw error;
    } finally {
      this.send();
      const { gate } = this;
      this.gate = undefined;
      gate?.reach();
      await keeper.end(...ended);
    }
    return { state: signal.aborted ? 'cancelled' : 'finished', manifest: manifest! };
  }

  /** Knows all records of a run that goes on; the page is told those that only the store had. */
  private takeUp(given: readonly ProbeRecord[], all: readonly ProbeRecord[]): void {
    const known = new Set(given.map(({ key }) => key));
    for (const record of all) {
      this.records.set(record.key, record);
      if (!known.has(record.key)) this.unsent.push(record);
    }
  }

  private async beforeBatch(): Promise<void> {
    await this.keeper?.settled();
    await this.liveFirst.turn();
    while (this.gate !== undefined) {
      this.gate.reach();
      await this.gate.opened;
    }
  }

  private send(): void {
    if (this.unsent.length > 0) this.emit({ type: 'probe-records', records: this.unsent });
    this.unsent = [];
  }
}

function makeGate(): Gate {
  let [open, reach] = [() => {}, () => {}];
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { opened, open, reached, reach };
}

/** @throws naming the picture whose caption the model cannot be asked about */
function checkCaptions(engine: Engine, plan: ProbePlan, pictures: readonly OwnPicture[]): void {
  for (const { id, caption } of pictures) {
    try {
      engine.renderPrompt(plan.prompt.replace('{caption}', () => caption));
    } catch (error) {
      throw new Error(`The caption of "${id}" cannot be asked for. ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
