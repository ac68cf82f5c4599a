import { loadEmojiProbe } from '../../data/emoji-probe.ts';
import { makeGroups } from '../../data/groups.ts';
import type { ProbeRequest, WorkbenchEvent, WorkbenchService } from '../../protocol/workbench.ts';
import { schemeOf } from '../../results/scheme.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { createBenchActions, type BenchActions } from './bench-actions.ts';
import type { PageSettings } from './page-settings.ts';
import { readPrecomputed } from './precomputed.ts';
import {
  benchKey,
  benchPictures,
  type ProbeState,
  type RunSettings,
  type WorkbenchState,
  type WorkbenchStore,
} from './state.ts';

export interface Actions extends BenchActions {
  /** Reads the data set, shows the precomputed result and the first group, then loads the model. */
  open(): Promise<void>;
  loadModel(): Promise<void>;
  cancelLoad(): void;
  /** Puts a group drawn with another seed on the bench. */
  shuffleBench(): void;
  ask(question: string): Promise<void>;
  setQuestion(question: string): void;
  setRun(settings: Partial<RunSettings>): void;
  startProbe(): Promise<void>;
  /** Space: starts a run, or pauses or resumes the one that runs. */
  runOrPause(): void;
  /** Takes a cancelled or failed run up again: what it has stays, the rest is asked. */
  goOn(): Promise<void>;
  cancelProbe(): void;
  openCell(cell: number | undefined): void;
  dismissNotice(message: string): void;
  /** Undefined unless the page's address allows it. */
  readonly loseDevice: (() => void) | undefined;
}

const CENTER = 4;

export function createActions(
  store: WorkbenchStore,
  library: PictureLibrary,
  workbench: WorkbenchService,
  settings: PageSettings,
): Actions {
  const set = (part: Partial<WorkbenchState>) => store.setState(part);
  const setProbe = (part: Partial<ProbeState>) =>
    store.setState(({ probe }) => ({ probe: { ...probe, ...part } }));
  const notice = (message: string) =>
    store.setState(({ notices }) => ({ notices: [...new Set([...notices, message])] }));
  const bench = createBenchActions(store, library, notice);
  let benchSeed = settings.benchSeed;
  let lastRequest: ProbeRequest | undefined;

  async function readDataset(): Promise<void> {
    const dataset = await loadEmojiProbe(async (file) => {
      const response = await fetch(new URL(file, settings.datasetUrl));
      if (!response.ok) {
        throw new Error(
          `The data set's file ${file} should be at ${settings.datasetUrl}, but the server answered ${response.status}. Check that public/data was served with the page, then reload.`,
        );
      }
      return new Uint8Array(await response.arrayBuffer());
    });
    library.setDataset(dataset);
    set({ dataset: { name: dataset.name, cell: dataset.cell, items: dataset.items } });
    showGroup();
  }

  function showGroup(): void {
    const items = store.getState().dataset?.items;
    if (items === undefined) return;
    bench.showGroup(makeGroups(items, { groups: 1, seed: benchSeed })[0]!, CENTER);
  }

  async function showPrecomputed(): Promise<void> {
    const found = await readPrecomputed(settings.precomputedUrl);
    if (found === undefined || store.getState().probe.source !== 'none') return;
    setProbe({ source: 'precomputed', phase: 'finished', ...found });
  }

  async function loadModel(): Promise<void> {
    set({ model: { phase: 'loading' } });
    try {
      const description = await workbench.load(settings.load);
      set({ model: { phase: 'live', description }, announcement: `${description.model} is ready` });
    } catch (error) {
      set({ model: { phase: 'failed', failure: (error as Error).message } });
    }
  }

  async function startProbe(): Promise<void> {
    const { run, strength, probe, model } = store.getState();
    if (model.phase !== 'live' || probe.phase === 'running' || probe.phase === 'paused') return;
    const strengths = run.withStrength ? [...new Set([0, 1, strength])] : [0, 1];
    lastRequest = {
      dataset:
        run.dataset === 'own' ? { name: 'own pictures', pictures: library.own() } : 'embedded',
      groups: run.groups,
      seed: run.seed,
      schemes: strengths.map(schemeOf),
      picturesPerBatch: settings.picturesPerBatch,
    };
    set({ openCell: undefined, probe: { source: 'run', phase: 'running', records: [] } });
    await runProbe(lastRequest);
  }

  async function runProbe(request: ProbeRequest): Promise<void> {
    set({ announcement: 'The probe runs' });
    try {
      const outcome = await workbench.startProbe(request);
      setProbe({ phase: outcome.state });
      set({ announcement: `The probe is ${outcome.state}` });
    } catch (error) {
      setProbe({ phase: 'failed', failure: (error as Error).message });
    }
  }

  async function goOn(): Promise<void> {
    const { probe, model } = store.getState();
    const stopped = probe.phase === 'cancelled' || probe.phase === 'failed';
    if (model.phase !== 'live' || !stopped || lastRequest === undefined) return;
    setProbe({ phase: 'running', failure: undefined });
    await runProbe({ ...lastRequest, done: probe.records });
  }

  function runOrPause(): void {
    const { phase } = store.getState().probe;
    if (phase === 'running') {
      setProbe({ phase: 'paused' });
      set({ announcement: 'The probe is paused' });
      void workbench.pauseProbe();
    } else if (phase === 'paused') {
      setProbe({ phase: 'running' });
      set({ announcement: 'The probe goes on' });
      void workbench.resumeProbe();
    } else void startProbe();
  }

  return {
    ...bench,
    async open() {
      const precomputed = showPrecomputed();
      try {
        await readDataset();
      } catch (error) {
        set({ model: { phase: 'failed', failure: (error as Error).message } });
        return;
      }
      await Promise.all([precomputed, loadModel()]);
    },
    loadModel: async () => {
      try {
        if (store.getState().dataset === undefined) await readDataset();
        await loadModel();
      } catch (error) {
        set({ model: { phase: 'failed', failure: (error as Error).message } });
      }
    },
    cancelLoad: () => void workbench.cancelLoad(),
    shuffleBench() {
      benchSeed += 1;
      showGroup();
    },
    async ask(question) {
      const { bench: shown, strength } = store.getState();
      if (shown === undefined) return;
      set({ naming: { question, pending: true } });
      try {
        const image = await library.grid(benchPictures(shown));
        const strengths = [...new Set([0, 1, strength])];
        const { answers } = await workbench.name({ image, question, strengths });
        set({ naming: { question, pending: false, key: benchKey(shown), answers } });
      } catch (error) {
        set({ naming: { question, pending: false, failure: (error as Error).message } });
      }
    },
    setQuestion: (question) =>
      store.setState(({ naming }) => ({ naming: { ...naming, question } })),
    setRun: (part) => store.setState(({ run }) => ({ run: { ...run, ...part } })),
    startProbe,
    goOn,
    runOrPause,
    cancelProbe: () => void workbench.cancelProbe(),
    openCell: (openCell) => set({ openCell }),
    dismissNotice: (message) =>
      store.setState(({ notices }) => ({ notices: notices.filter((other) => other !== message) })),
    loseDevice: settings.load.mayLoseDevice ? () => void workbench.loseDevice() : undefined,
  };
}

/** What the worker says of its own accord, written into the store. */
export function receiveEvent(store: WorkbenchStore, event: WorkbenchEvent): void {
  store.setState((state) => {
    switch (event.type) {
      case 'load-progress':
        return { model: { ...state.model, progress: event.progress } };
      case 'notice':
        return { notices: [...new Set([...state.notices, event.message])] };
      case 'model':
        return { model: { phase: 'live', description: event.description } };
      case 'model-failed':
        return { model: { phase: 'failed', failure: event.message } };
      case 'probe-progress':
        return { probe: { ...state.probe, progress: event.progress } };
      case 'probe-manifest':
        return { probe: { ...state.probe, manifest: event.manifest } };
      case 'probe-records':
        return {
          probe: { ...state.probe, records: [...state.probe.records, ...event.records] },
        };
    }
  });
}
