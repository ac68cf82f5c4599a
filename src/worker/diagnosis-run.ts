/** One diagnosis of the tab: it can be cancelled, and it outlives a lost device. */
import type { ProbeDataset } from '../data/dataset.ts';
import type {
  DiagnosisKind,
  DiagnosisOutcome,
  DiagnosisRequest,
  DiagnosisSamples,
  RequestOf,
  SampleOf,
} from '../protocol/diagnosis.ts';
import type { KeptState } from '../kept/run-schema.ts';
import type { Listener } from '../protocol/server.ts';
import type { ResumedRun } from '../protocol/workbench.ts';
import { DIAGNOSES, type PlannedDiagnosis } from './diagnoses.ts';
import type { EngineHost } from './engine-host.ts';
import type { LiveFirst } from './live-first.ts';
import { type OpenRuns, RunKeeper } from './run-keeper.ts';
import { checkSameRun } from './run-guards.ts';

export class DiagnosisRun {
  private readonly controller = new AbortController();

  constructor(
    private readonly host: EngineHost,
    private readonly emit: Listener,
    private readonly liveFirst: LiveFirst,
    private readonly openRuns: OpenRuns,
  ) {}

  cancel(): void {
    this.controller.abort();
  }

  /** Runs to the end, or until cancelled; samples go out as they are finished. */
  async run(
    request: DiagnosisRequest,
    embedded: ProbeDataset,
    resume?: ResumedRun<SampleOf<DiagnosisKind>>,
  ): Promise<DiagnosisOutcome> {
    const { kind } = request;
    const planned = await plan(kind, request, embedded);
    const { signal } = this.controller;
    const startedAt = new Date().toISOString();
    const { keeper, records } = await RunKeeper.take(
      this.emit,
      this.openRuns,
      { experiment: kind, request },
      resume,
    );
    const given = new Set(resume?.records.map(({ key }) => key));
    const has = records as readonly SampleOf<DiagnosisKind>[];
    const samples = new Map(has.map((sample) => [sample.key, sample]));
    let unsent = has.filter(({ key }) => !given.has(key));
    const send = () => {
      if (unsent.length > 0)
        this.emit({
          type: 'diagnosis-samples',
          found: { kind, samples: unsent } as DiagnosisSamples,
        });
      unsent = [];
    };
    let manifest = resume?.manifest;
    let ended: [state: KeptState, failure?: string] = ['finished'];
    try {
      await this.host.withEngine(async ({ engine }) => {
        const now = planned.manifest(engine, startedAt);
        manifest ??= now;
        checkSameRun(manifest, now);
        this.emit({ type: 'diagnosis-manifest', manifest });
        keeper.begin(manifest);
        await planned.run(engine, {
          done: new Map(samples),
          signal,
          gate: () => keeper.settled().then(() => this.liveFirst.turn()),
          onRecord: (sample) => {
            samples.set(sample.key, sample);
            unsent.push(sample);
            keeper.keep(sample);
          },
          onProgress: (progress) => {
            send();
            this.emit({ type: 'diagnosis-progress', progress });
            keeper.progressed(progress);
          },
        });
      });
    } catch (error) {
      ended = signal.aborted ? ['cancelled'] : ['failed', (error as Error).message];
      if (!signal.aborted) throw error;
    } finally {
      send();
      await keeper.end(...ended);
    }
    return signal.aborted ? 'cancelled' : 'finished';
  }
}

/** The row of the table for a request; the types of its kind are known there and not here. */
function plan<Kind extends DiagnosisKind>(
  kind: Kind,
  request: RequestOf<Kind>,
  embedded: ProbeDataset,
): Promise<PlannedDiagnosis<SampleOf<Kind>>> {
  return DIAGNOSES[kind](request, embedded);
}
