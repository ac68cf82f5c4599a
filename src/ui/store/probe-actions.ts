import type { ProbeRequest, WorkbenchService } from '../../protocol/workbench.ts';
import type { StoredRun } from '../../results/run-layout.ts';
import { schemeOf } from '../../results/scheme.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { askToPersist } from './kept-storage.ts';
import { captionProblem } from './caption-problem.ts';
import {
  isActive,
  isBusy,
  type ProbeState,
  type ResultState,
  type RunSettings,
  type WorkbenchStore,
} from './state.ts';

/** A probe as it was read from the store. */
type KeptProbe = Extract<StoredRun, { experiment: 'probe' }>;

export interface ProbeActions {
  startProbe(): Promise<void>;
  /** Space: starts a run, or pauses or resumes the one that runs. */
  runOrPause(): void;
  /** Takes a cancelled or failed run up again: what it has stays, the rest is asked. */
  goOn(): Promise<void>;
  /** Goes on with a kept run, whose records are shown from here on. */
  resumeProbe(request: ProbeRequest, kept: string, run: KeptProbe): Promise<void>;
  cancelProbe(): void;
  /** Shows the result that was there before, and keeps this one to go back to. */
  swapResults(): void;
}

/** The result of the run that was started last, shown or not. */
export function resultOfRun(
  probe: ProbeState,
  result: ResultState,
  previous: ResultState | undefined,
): ResultState | undefined {
  return [result, previous].find((shown) => shown?.run === probe.run);
}

/** What the run bar tells of a run that goes on; own pictures may have changed since, so they stay. */
function settingsOf(request: ProbeRequest, settings: RunSettings): RunSettings {
  const { dataset, groups, seed } = request;
  return { ...settings, groups, seed, ...(dataset === 'embedded' && { dataset }) };
}

export function createProbeActions(
  store: WorkbenchStore,
  library: PictureLibrary,
  workbench: WorkbenchService,
  picturesPerBatch: number | undefined,
): ProbeActions {
  let lastRequest: ProbeRequest | undefined;
  const announce = (announcement: string) => store.setState({ announcement });
  const setProbe = (part: Partial<ProbeState>) =>
    store.setState(({ probe }) => ({ probe: { ...probe, ...part } }));

  /** True where every own picture can be asked about; else the caption to mend is shown. */
  function ownCaptionsAreGood(): boolean {
    const problem = captionProblem(store.getState().ownPictures);
    if (problem === undefined) return true;
    store.setState({ captionProblem: problem, panel: 'bench', announcement: problem.message });
    return false;
  }

  async function startProbe(): Promise<void> {
    const { run, strength, probe, model } = store.getState();
    if (model.phase !== 'live' || isBusy(store.getState())) return;
    if (run.dataset === 'own' && !ownCaptionsAreGood()) return;
    const strengths = run.withStrength ? [...new Set([0, 1, strength])] : [0, 1];
    lastRequest = {
      dataset:
        run.dataset === 'own' ? { name: 'own pictures', pictures: library.own() } : 'embedded',
      groups: run.groups,
      seed: run.seed,
      schemes: strengths.map(schemeOf),
      picturesPerBatch,
    };
    store.setState({ probe: { phase: 'running', run: probe.run + 1 }, resultTab: 'probe' });
    askToPersist();
    await runProbe(lastRequest);
  }

  async function runProbe(request: ProbeRequest): Promise<void> {
    announce('The probe runs');
    try {
      const outcome = await workbench.startProbe(request);
      setProbe({ phase: outcome.state });
      announce(`The probe is ${outcome.state}`);
    } catch (error) {
      setProbe({ phase: 'failed', failure: (error as Error).message });
      announce(`The probe failed. ${(error as Error).message}`);
    }
  }

  async function goOn(): Promise<void> {
    const { probe, model, result, previous } = store.getState();
    const stopped = probe.phase === 'cancelled' || probe.phase === 'failed';
    const has = resultOfRun(probe, result, previous);
    if (model.phase !== 'live' || !stopped || lastRequest === undefined) return;
    if (isBusy(store.getState())) return;
    if (has?.manifest === undefined) return;
    if (has !== result) swapResults();
    const request = lastRequest;
    store.setState(({ run }) => ({ run: settingsOf(request, run) }));
    setProbe({ phase: 'running', failure: undefined });
    await runProbe({
      ...request,
      resume: { manifest: has.manifest, records: has.records, kept: has.kept },
    });
  }

  async function resumeProbe(
    request: ProbeRequest,
    kept: string,
    { manifest, records }: KeptProbe,
  ): Promise<void> {
    lastRequest = request;
    store.setState(({ probe, result, previous, run: settings }) => {
      const run = probe.run + 1;
      return {
        run: settingsOf(request, settings),
        probe: { phase: 'running', run, kept, manifest },
        result: { source: 'run', run, kept, manifest, records },
        previous: result.records.length > 0 && result.kept !== kept ? result : previous,
        opened: undefined,
        panel: 'results',
        resultTab: 'probe',
      };
    });
    await runProbe({ ...request, resume: { manifest, records, kept } });
  }

  async function pause(): Promise<void> {
    setProbe({ phase: 'pausing' });
    announce('The probe pauses after the picture in the works');
    await workbench.pauseProbe().catch(() => undefined);
    if (store.getState().probe.phase !== 'pausing') return;
    setProbe({ phase: 'paused' });
    announce('The probe is paused');
  }

  function runOrPause(): void {
    const { phase } = store.getState().probe;
    if (phase === 'running') void pause();
    else if (phase === 'paused') {
      setProbe({ phase: 'running' });
      announce('The probe goes on');
      workbench.resumeProbe().catch(() => undefined);
    } else void startProbe();
  }

  function swapResults(): void {
    store.setState(({ result, previous }) =>
      previous === undefined
        ? {}
        : {
            result: previous,
            previous: result,
            opened: undefined,
            announcement: 'Other result shown',
          },
    );
  }

  return {
    startProbe,
    goOn,
    resumeProbe,
    runOrPause,
    cancelProbe() {
      if (!isActive(store.getState().probe)) return;
      setProbe({ phase: 'cancelling' });
      announce('The probe is cancelled after the picture in the works');
      workbench.cancelProbe().catch(() => undefined);
    },
    swapResults,
  };
}
