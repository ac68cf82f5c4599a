import type {
  DiagnosisKind,
  DiagnosisOutcome,
  DiagnosisRequest,
  DiagnosisScope,
} from '../../protocol/diagnosis.ts';
import type { WorkbenchService } from '../../protocol/workbench.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import type { StoredRun } from '../../results/run-layout.ts';
import { readAttentionMaps } from './attention-map-files.ts';
import { askToPersist } from './kept-storage.ts';
import { captionProblem } from './caption-problem.ts';
import { benchPictures, isActive, isBusy } from './state.ts';
import type {
  CoverSettings,
  DiagnosisSettings,
  DiagnosisState,
  WorkbenchState,
  WorkbenchStore,
} from './state.ts';

/** How a kind of diagnosis is told what to run. */
export type MakeRequest = (scope: DiagnosisScope) => DiagnosisRequest;

export interface DiagnosisActions {
  setDiagnosis(kind: DiagnosisKind, settings: Partial<DiagnosisSettings>): void;
  setCover(settings: Partial<CoverSettings>): void;
  setFlowHeads(layer: number | undefined): void;
  /** Shows maps of `_attention_map.json` files. Rejects with a sentence where there are none. */
  importMaps(files: readonly File[]): Promise<void>;
  /** Goes back to the last run's. */
  dropImportedMaps(): void;
  /** Starts a diagnosis of what its settings say, unless something runs already. */
  diagnose(kind: DiagnosisKind, request: MakeRequest): Promise<void>;
  /** Goes on with a kept run, whose records are shown from here on. */
  resumeDiagnosis(request: DiagnosisRequest, kept: string, run: KeptDiagnosis): Promise<void>;
  cancelDiagnosis(): void;
}

/** A diagnosis as it was read from the store. */
export type KeptDiagnosis = Extract<StoredRun, { experiment: DiagnosisKind }>;

const FIRST_SETTINGS: DiagnosisSettings = {
  scope: 'bench',
  dataset: 'embedded',
  groups: 20,
  seed: 7,
};

/** A group is nine pictures, of many passes each for perception. */
const FIRST_SETTINGS_OF: Readonly<Record<DiagnosisKind, DiagnosisSettings>> = {
  perception: { ...FIRST_SETTINGS, groups: 1 },
  similarity: FIRST_SETTINGS,
  flow: { ...FIRST_SETTINGS, groups: 2 },
};

/** What a diagnosis was of, as the page draws it. */
export function whatOf(scope: DiagnosisScope): Pick<DiagnosisState, 'bench'> & {
  readonly scope: DiagnosisScope['kind'];
} {
  if (scope.kind === 'groups') return { scope: 'groups' };
  const { pictures, targetId: target, cell, caption } = scope;
  const distractors = pictures.filter((_, at) => at !== cell);
  return { scope: 'bench', bench: { target, distractors, cell, caption } };
}

/** What a kind of diagnosis is to be of. */
export function diagnosisSettings(state: WorkbenchState, kind: DiagnosisKind): DiagnosisSettings {
  return state.diagnosisSettings[kind] ?? FIRST_SETTINGS_OF[kind];
}

export function createDiagnosisActions(
  store: WorkbenchStore,
  library: PictureLibrary,
  workbench: WorkbenchService,
): DiagnosisActions {
  const announce = (announcement: string) => store.setState({ announcement });
  const setState = (part: Partial<DiagnosisState>) =>
    store.setState(({ diagnosis }) => ({ diagnosis: { ...diagnosis, ...part } }));

  async function scopeOf(settings: DiagnosisSettings): Promise<DiagnosisScope | undefined> {
    if (settings.scope === 'bench') return benchScope();
    const { dataset, groups, seed } = settings;
    if (dataset === 'embedded') return { kind: 'groups', dataset, groups, seed };
    const problem = captionProblem(store.getState().ownPictures);
    if (problem !== undefined) {
      store.setState({ captionProblem: problem, panel: 'bench', announcement: problem.message });
      return undefined;
    }
    const own = { name: 'own pictures', pictures: library.own() };
    return { kind: 'groups', dataset: own, groups, seed };
  }

  async function benchScope(): Promise<DiagnosisScope | undefined> {
    const { bench } = store.getState();
    if (bench === undefined) return undefined;
    const { target: targetId, cell, caption } = bench;
    const pictures = benchPictures(bench);
    const [image, target] = await Promise.all([library.grid(pictures), library.picture(targetId)]);
    return {
      kind: 'bench',
      image,
      pictures,
      target,
      targetId,
      cell,
      side: library.cell(),
      caption,
    };
  }

  /** Tells how a diagnosis goes and ends; one without an outcome never began. */
  async function follow(run: () => Promise<DiagnosisOutcome | undefined>): Promise<void> {
    announce('The diagnosis runs');
    try {
      const phase = (await run()) ?? 'cancelled';
      setState({ phase });
      announce(`The diagnosis is ${phase}`);
    } catch (error) {
      const failure = (error as Error).message;
      setState({ phase: 'failed', failure });
      announce(`The diagnosis failed. ${failure}`);
    }
  }

  return {
    setDiagnosis: (kind, part) =>
      store.setState((state) => ({
        diagnosisSettings: {
          ...state.diagnosisSettings,
          [kind]: { ...diagnosisSettings(state, kind), ...part },
        },
      })),
    setCover: (part) => store.setState(({ cover }) => ({ cover: { ...cover, ...part } })),
    setFlowHeads: (flowHeads) => store.setState({ flowHeads }),
    async importMaps(files) {
      const importedMaps = await readAttentionMaps(files);
      store.setState({ importedMaps });
      announce(`${importedMaps.maps.length} maps imported`);
    },
    dropImportedMaps: () => store.setState({ importedMaps: undefined }),
    async diagnose(kind, request) {
      const state = store.getState();
      if (state.model.phase !== 'live' || isBusy(state)) return;
      const settings = diagnosisSettings(state, kind);
      const { run } = state.diagnosis;
      // Set before anything is awaited, so that a second press finds it running.
      const { scope } = settings;
      const bench = scope === 'bench' ? state.bench : undefined;
      store.setState({ diagnosis: { phase: 'running', kind, run: run + 1, scope, bench } });
      if (kind === 'perception') store.setState({ importedMaps: undefined });
      askToPersist();
      await follow(async () => {
        const of = await scopeOf(settings);
        return of && workbench.runDiagnosis(request(of));
      });
    },
    async resumeDiagnosis(request, kept, { manifest, records: samples }) {
      const { kind } = request;
      const of = whatOf(request.scope);
      store.setState(({ diagnosis, diagnosisResults }) => {
        const run = diagnosis.run + 1;
        const result = { run, kept, ...of, manifest, samples };
        return {
          diagnosis: { phase: 'running', kind, run, kept, ...of, manifest },
          diagnosisResults: { ...diagnosisResults, [kind]: result },
          importedMaps: undefined,
          panel: 'results',
          resultTab: kind,
        };
      });
      await follow(() => workbench.runDiagnosis(request, { manifest, records: samples, kept }));
    },
    cancelDiagnosis() {
      if (!isActive(store.getState().diagnosis)) return;
      setState({ phase: 'cancelling' });
      announce('The diagnosis is cancelled after what is in the works');
      workbench.cancelDiagnosis().catch(() => undefined);
    },
  };
}
