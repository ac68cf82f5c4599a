import { loadEmojiProbe } from '../../data/emoji-probe.ts';
import { makeGroups } from '../../data/groups.ts';
import type { WorkbenchService } from '../../protocol/workbench.ts';
import { CELLS } from '../../results/records.ts';
import type { Experiment } from '../../results/run-layout.ts';
import { STUDY_EXPERIMENTS } from '../../results/study.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { createBenchActions, type BenchActions } from './bench-actions.ts';
import { createDiagnosisActions, type DiagnosisActions } from './diagnosis-actions.ts';
import { createKeptRunActions, type KeptRunActions } from './kept-run-actions.ts';
import { linkTo, type LinkedState } from './link.ts';
import { createModelActions, type ModelActions } from './model-actions.ts';
import type { PageSettings } from './page-settings.ts';
import { readPrecomputed } from './precomputed.ts';
import { createProbeActions, type ProbeActions } from './probe-actions.ts';
import { showRun } from './show-run.ts';
import { createStudyActions, type StudyActions } from './study-actions.ts';
import {
  benchKey,
  benchPictures,
  cellName,
  type ComparedState,
  type OpenedCell,
  type PanelName,
  type ResultTabName,
  type RunSettings,
  type WorkbenchState,
  type WorkbenchStore,
} from './state.ts';

export interface Actions
  extends BenchActions, ProbeActions, DiagnosisActions, StudyActions, ModelActions, KeptRunActions {
  /** Reads the data set, shows the precomputed results and the first group, then loads the model. */
  open(): Promise<void>;
  /** Puts a group drawn with another seed on the bench. */
  shuffleBench(): void;
  ask(question: string): Promise<void>;
  setQuestion(question: string): void;
  setRun(settings: Partial<RunSettings>): void;
  openCell(opened: OpenedCell | undefined): void;
  /** Chooses what the Compare tab sets side by side. */
  setCompared(chosen: Partial<ComparedState>): void;
  showPanel(panel: PanelName): void;
  showResult(tab: ResultTabName): void;
  dismissNotices(): void;
  /** The page's address with its present settings. */
  linkToHere(address: URL): string;
  /** Tells the screen reader. */
  announce(message: string): void;
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
  const notice = (message: string) =>
    store.setState(({ notices }) => ({ notices: [...new Set([...notices, message])] }));
  const bench = createBenchActions(store, library, notice);
  const probe = createProbeActions(store, library, workbench, settings.picturesPerBatch);
  const diagnosis = createDiagnosisActions(store, library, workbench);
  const study = createStudyActions(store, probe, diagnosis);
  const models = createModelActions(store, workbench, settings);
  const keptRuns = createKeptRunActions(store, library, { ...probe, ...diagnosis });
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
    showGroup(settings.linked.cell);
  }

  function showGroup(cell = CENTER): void {
    const { dataset, benchSeed } = store.getState();
    if (dataset === undefined) return;
    const [group] = makeGroups(dataset.items, { groups: 1, seed: benchSeed });
    bench.showGroup(group!, cell);
  }

  /** What does not wait for anything to be read. */
  function restore({ groups, seed, withStrength, strength, group, tab }: LinkedState): void {
    store.setState(({ run, ...state }) => ({
      run: {
        ...run,
        groups: groups ?? run.groups,
        seed: seed ?? run.seed,
        withStrength: withStrength ?? run.withStrength,
      },
      strength: strength ?? state.strength,
      benchSeed: group ?? state.benchSeed,
      resultTab: tab ?? state.resultTab,
    }));
  }

  /** The model that a link names, where the browser keeps it; a download is not a link's to start. */
  async function chooseLinked(repository: string): Promise<boolean> {
    await models.refreshMachine();
    const kept = store
      .getState()
      .machine?.kept.find((one) => one.repository === repository && one.problem === undefined);
    if (kept !== undefined) {
      models.chooseModel({ kind: 'kept', kept });
      return true;
    }
    notice(
      `The link is of the model ${repository}, which this browser does not keep. Choose it under Model to load it; until then ${settings.load.model} answers.`,
    );
    return false;
  }

  async function showPrecomputed(experiment: Experiment): Promise<void> {
    try {
      const run = await readPrecomputed(settings.studyUrl, experiment);
      if (run !== undefined) showRun(store, run);
    } catch (error) {
      notice(`The precomputed result is not shown. ${(error as Error).message}`);
    }
  }

  return {
    ...bench,
    ...probe,
    ...diagnosis,
    ...study,
    ...models,
    ...keptRuns,
    async open() {
      restore(settings.linked);
      void keptRuns.refreshRuns();
      const precomputed = STUDY_EXPERIMENTS.map(showPrecomputed);
      try {
        await readDataset();
      } catch (error) {
        set({ model: { phase: 'failed', failure: (error as Error).message } });
        return;
      }
      const { model } = settings.linked;
      const linked = model !== undefined && model !== settings.load.model;
      if (!linked || !(await chooseLinked(model))) await models.loadModel();
      await Promise.all(precomputed);
    },
    loadModel: async () => {
      try {
        if (store.getState().dataset === undefined) await readDataset();
        await models.loadModel();
      } catch (error) {
        set({ model: { phase: 'failed', failure: (error as Error).message } });
      }
    },
    shuffleBench() {
      set({ benchSeed: store.getState().benchSeed + 1 });
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
    linkToHere: (address) => linkTo(address, store.getState()),
    announce: (announcement) => set({ announcement }),
    setQuestion: (question) =>
      store.setState(({ naming }) => ({ naming: { ...naming, question } })),
    setRun: (part) => store.setState(({ run }) => ({ run: { ...run, ...part } })),
    setCompared: (chosen) =>
      store.setState(({ compared }) => ({ compared: { ...compared, ...chosen } })),
    openCell: (opened) =>
      set({
        opened,
        announcement:
          opened === undefined
            ? 'Items closed'
            : `Items of the ${cellName(CELLS[opened.cell]!)} cell, ${opened.map}`,
      }),
    showPanel: (panel) => set({ panel }),
    showResult: (resultTab) => set({ resultTab }),
    dismissNotices: () => set({ notices: [] }),
    loseDevice: settings.load.mayLoseDevice ? () => void workbench.loseDevice() : undefined,
  };
}
