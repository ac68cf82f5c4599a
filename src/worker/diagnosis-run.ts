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
import type { Listener } from '../protocol/server.ts';
import type { RunManifest } from '../results/manifest.ts';
import { DIAGNOSES, type PlannedDiagnosis } from './diagnoses.ts';
import type { EngineHost } from './engine-host.ts';
import type { LiveFirst } from './live-first.ts';
import { checkSameRun } from './run-guards.ts';

export class DiagnosisRun {
  private readonly controller = new AbortController();

  constructor(
    private readonly host: EngineHost,
    private readonly emit: Listener,
    private readonly liveFirst: LiveFirst,
  ) {}

  cancel(): void {
    this.controller.abort();
  }

  /** Runs to the end, or until cancelled; samples go out as they are finished. */
  async run(request: DiagnosisRequest, embedded: ProbeDataset): Promise<DiagnosisOutcome> {
    const { kind } = request;
    const planned = await plan(kind, request, embedded);
    const { signal } = this.controller;
    const startedAt = new Date().toISOString();
    const samples = new Map<string, SampleOf<DiagnosisKind>>();
    let unsent: SampleOf<DiagnosisKind>[] = [];
    const send = () => {
      if (unsent.length > 0)
        this.emit({
          type: 'diagnosis-samples',
          found: { kind, samples: unsent } as DiagnosisSamples,
        });
      unsent = [];
    };
    let manifest: RunManifest | undefined;
    try {
      await this.host.withEngine(async ({ engine }) => {
        const now = planned.manifest(engine, startedAt);
        manifest ??= now;
        checkSameRun(manifest, now);
        this.emit({ type: 'diagnosis-manifest', manifest });
        await planned.run(engine, {
          done: new Map(samples),
          signal,
          gate: () => this.liveFirst.turn(),
          onRecord: (sample) => {
            samples.set(sample.key, sample);
            unsent.push(sample);
          },
          onProgress: (progress) => {
            send();
            this.emit({ type: 'diagnosis-progress', progress });
          },
        });
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      send();
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
