/** What a person does with the runs that the browser keeps. */
import { hearNews, heldRuns, holdRun, succeedRun, tellNews } from '../../kept/run-lock.ts';
import type { KeptRequest, KeptRun } from '../../kept/run-schema.ts';
import { RunStore } from '../../kept/run-store.ts';
import type { DiagnosisScope } from '../../protocol/diagnosis.ts';
import type { PictureSet } from '../../protocol/picture-set.ts';
import { ARCHIVE_ENDING, packRun } from '../../results/run-archive.ts';
import { runFiles, type StoredRun } from '../../results/run-layout.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { saveFile } from '../results/save-file.ts';
import { type DiagnosisActions, whatOf } from './diagnosis-actions.ts';
import { importRun } from './import-run.ts';
import { isPersistent } from './kept-storage.ts';
import type { ProbeActions } from './probe-actions.ts';
import { isBusy, runsAtWork, type RunsState, type WorkbenchStore } from './state.ts';

export interface KeptRunActions {
  /** Lists the kept runs anew. */
  refreshRuns(): Promise<void>;
  /** Draws a kept run's results. */
  openRun(id: string): Promise<void>;
  /** A kept run's manifest and records. Rejects with a sentence where it is not kept any more. */
  readKept(id: string): Promise<StoredRun>;
  /** Goes on with a run that was cut off, cancelled or failed; resolves when it has ended. */
  goOnKept(id: string): Promise<void>;
  /** Shows what a run of another tab makes, and goes on with it when that tab is gone. */
  watchRun(id: string): Promise<void>;
  stopWatching(): void;
  /** Saves a run as the one file that it travels in. */
  exportRun(id: string): Promise<void>;
  /** Keeps runs from files, made here or elsewhere. */
  importRuns(files: readonly File[]): Promise<void>;
  removeRun(id: string): Promise<void>;
  dismissUnfinished(id: string): void;
}

/** What of the other actions it needs. */
type Runners = Pick<ProbeActions, 'resumeProbe'> & Pick<DiagnosisActions, 'resumeDiagnosis'>;

/** Milliseconds between two looks at the list. */
const LIST_PAUSE = 500;

export function createKeptRunActions(
  store: WorkbenchStore,
  library: PictureLibrary,
  { resumeProbe, resumeDiagnosis }: Runners,
): KeptRunActions {
  let open: Promise<RunStore> | undefined;
  let watching: AbortController | undefined;
  const announce = (announcement: string) => store.setState({ announcement });
  const setRuns = (part: Partial<RunsState>) =>
    store.setState(({ runs }) => ({ runs: { ...runs, ...part } }));

  function openStore(): Promise<RunStore> {
    open ??= RunStore.open(() => (open = undefined));
    open.catch(() => (open = undefined));
    return open;
  }

  /** Does what was asked with a run; what is in the way becomes the failure that is shown. */
  async function attempt(work: (runs: RunStore) => Promise<void>): Promise<void> {
    setRuns({ failure: undefined });
    try {
      await work(await openStore());
    } catch (error) {
      const failure = (error as Error).message;
      setRuns({ failure });
      announce(failure);
    }
  }

  async function refreshRuns(): Promise<void> {
    try {
      const before = runsAtWork(store.getState());
      const [rows, held] = await Promise.all([(await openStore()).list(), heldRuns()]);
      // A run may begin or end here in between.
      const here = new Set([...before, ...runsAtWork(store.getState())]);
      const listed = rows.map((run) => {
        const isHeld = held.has(run.id);
        return { ...run, held: isHeld, here: isHeld && here.has(run.id) };
      });
      setRuns({ rows: listed, problem: undefined, persistent: await isPersistent() });
    } catch (error) {
      setRuns({ problem: (error as Error).message });
    }
  }

  async function find(runs: RunStore, id: string): Promise<KeptRun> {
    const run = await runs.run(id);
    if (run !== undefined) return run;
    throw new Error('This run is not kept any more: another tab removed it.');
  }

  /** The items of a result show their pictures, which may be of an earlier page. */
  function keepPictures({ request }: KeptRequest): void {
    const set = 'dataset' in request ? request.dataset : datasetOf(request.scope);
    if (set === undefined || set === 'embedded') return;
    for (const { id, image } of set.pictures) library.keepImage(id, image);
  }

  async function show(runs: RunStore, id: string, run: StoredRun): Promise<void> {
    const { experiment, manifest, records } = run;
    const asked = await runs.request(id);
    const of =
      asked === undefined || asked.experiment === 'probe'
        ? { scope: 'groups' }
        : whatOf(asked.request.scope);
    if (asked !== undefined) keepPictures(asked);
    const kept = { kept: id, manifest };
    store.setState(({ result, previous, diagnosisResults }) => {
      const shown = {
        panel: 'results',
        resultTab: experiment,
        opened: undefined,
        importedMaps: undefined,
      } as const;
      if (experiment === 'probe')
        return {
          ...shown,
          result: { source: 'kept', records, ...kept },
          previous: result.records.length > 0 && result.kept !== id ? result : previous,
        };
      const found = { run: -1, ...of, samples: records, ...kept };
      return { ...shown, diagnosisResults: { ...diagnosisResults, [experiment]: found } };
    });
  }

  /** Adds records to what is shown of a run. */
  function append(id: string, { experiment, records }: StoredRun): void {
    if (records.length === 0) return;
    store.setState(({ result, diagnosisResults }) => {
      if (experiment === 'probe')
        return result.kept === id
          ? { result: { ...result, records: [...result.records, ...records] } }
          : {};
      const before = diagnosisResults[experiment];
      if (before?.kept !== id) return {};
      const found = { ...before, samples: [...before.samples, ...records] };
      return { diagnosisResults: { ...diagnosisResults, [experiment]: found } };
    });
  }

  async function goOnKept(id: string): Promise<void> {
    await attempt(async (runs) => {
      const run = await find(runs, id);
      const asked = await runs.request(id);
      if (asked === undefined)
        throw new Error(
          'This run came from elsewhere, so what it was asked with is not here and it cannot go on. Start a new run with its settings.',
        );
      checkReady(run);
      stopWatching();
      keepPictures(asked);
      const stored = await runs.read(run);
      announce('The run goes on');
      if (asked.experiment === 'probe' && stored.experiment === 'probe')
        await resumeProbe(asked.request, id, stored);
      else if (asked.experiment !== 'probe' && stored.experiment !== 'probe')
        await resumeDiagnosis(asked.request, id, stored);
    });
  }

  /** @throws a sentence where this tab cannot go on with the run now */
  function checkReady({ manifest }: KeptRun): void {
    const state = store.getState();
    const { phase, description } = state.model;
    if (phase !== 'live' || description === undefined)
      throw new Error('No model is loaded yet. Wait until it is, then go on.');
    if (isBusy(state))
      throw new Error(
        'Something runs in this tab already. Cancel it, or wait until it is finished.',
      );
    if (description.weightHash !== manifest.model.weightHash)
      throw new Error(
        `This run is of ${manifest.model.name}, and ${description.model} is loaded. Choose ${manifest.model.name} with weights as ${manifest.model.dtype}, then go on.`,
      );
  }

  async function watchRun(id: string): Promise<void> {
    stopWatching();
    await attempt(async (runs) => {
      const controller = new AbortController();
      const { signal } = controller;
      watching = controller;
      const run = await find(runs, id);
      const records = await runs.records(run);
      await show(runs, id, { ...run, records } as StoredRun);
      setRuns({ watched: id });
      announce('Watching the run of another tab');
      let seen = records.length;
      const readNews = async () => {
        const now = await runs.run(id);
        if (now === undefined || signal.aborted) return;
        const news = await runs.records(now, seen);
        seen += news.length;
        append(id, { ...now, records: news } as StoredRun);
      };
      // One after the other, so that no record is read twice.
      let reading = readNews();
      const stopHearing = hearNews((news) => {
        if (news.id === id) reading = reading.then(readNews, readNews);
      });
      signal.addEventListener('abort', stopHearing);
      succeedRun(id, signal, async () => {
        await reading.then(readNews, readNews);
        await takeOver(id);
      }).catch(() => undefined);
    });
  }

  /** The other tab is gone, or done with the run. */
  async function takeOver(id: string): Promise<void> {
    const run = await (await openStore()).run(id);
    stopWatching();
    await refreshRuns();
    if (run === undefined || !isCutOff(run.state)) {
      announce('The run of the other tab has ended');
      return;
    }
    announce('The other tab is gone; the run goes on here');
    await goOnKept(id);
  }

  function stopWatching(): void {
    watching?.abort();
    watching = undefined;
    setRuns({ watched: undefined });
  }

  // A batch may take a tenth of a second; a list need not be newer than a moment.
  let listing: Promise<void> | undefined;
  hearNews(() => {
    listing ??= new Promise((resolve) => setTimeout(resolve, LIST_PAUSE)).then(() => {
      listing = undefined;
      return refreshRuns();
    });
  });

  return {
    refreshRuns,
    openRun: (id) =>
      attempt(async (runs) => {
        await show(runs, id, await runs.read(await find(runs, id)));
        announce('The kept run is shown');
      }),
    readKept: async (id) => {
      const runs = await openStore();
      return runs.read(await find(runs, id));
    },
    goOnKept,
    watchRun,
    stopWatching,
    exportRun: (id) =>
      attempt(async (runs) => {
        const run = await find(runs, id);
        const packed = packRun(runFiles(await runs.read(run)));
        const { experiment, manifest } = run;
        const name = `${experiment}-${manifest.model.name.replaceAll(/[^\w.-]+/g, '-')}`;
        saveFile(`${name}${ARCHIVE_ENDING}`, new Blob([packed], { type: 'application/zip' }));
      }),
    importRuns: (files) =>
      attempt(async (runs) => {
        try {
          for (const file of files) {
            await importRun(runs, file, store.getState().dataset?.name);
            announce(`${file.name} is kept`);
          }
        } finally {
          await refreshRuns();
        }
      }),
    removeRun: (id) =>
      attempt(async (runs) => {
        const release = await holdRun(id);
        if (release === undefined)
          throw new Error('This run goes on in a tab. Cancel it there, and remove it then.');
        try {
          await runs.remove(id);
        } finally {
          release();
        }
        tellNews({ id, state: undefined });
        announce('The run is removed');
        await refreshRuns();
      }),
    dismissUnfinished: (dismissed) => setRuns({ dismissed }),
  };
}

/** The pictures that a diagnosis is of, where it is of groups. */
function datasetOf(scope: DiagnosisScope): PictureSet | undefined {
  return scope.kind === 'groups' ? scope.dataset : undefined;
}

/** Whether a run that no tab holds was stopped by nobody. */
export function isCutOff(state: KeptRun['state']): boolean {
  return state === 'running' || state === 'paused';
}
