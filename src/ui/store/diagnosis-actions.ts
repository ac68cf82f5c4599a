import type { DiagnosisKind, DiagnosisRequest, DiagnosisScope } from '../../protocol/diagnosis.ts';
import type { WorkbenchService } from '../../protocol/workbench.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { captionProblem } from './caption-problem.ts';
import { benchPictures, isActive, isBusy } from './state.ts';
import type { DiagnosisSettings, DiagnosisState, WorkbenchState, WorkbenchStore } from './state.ts';

/** How a kind of diagnosis is told what to run. */
export type MakeRequest = (scope: DiagnosisScope) => DiagnosisRequest;

export interface DiagnosisActions {
  setDiagnosis(kind: DiagnosisKind, settings: Partial<DiagnosisSettings>): void;
  /** Starts a diagnosis of what its settings say, unless something runs already. */
  diagnose(kind: DiagnosisKind, request: MakeRequest): Promise<void>;
  cancelDiagnosis(): void;
}

const FIRST_SETTINGS: DiagnosisSettings = {
  scope: 'bench',
  dataset: 'embedded',
  groups: 20,
  seed: 7,
};

/** What a kind of diagnosis is to be of. */
export function diagnosisSettings(state: WorkbenchState, kind: DiagnosisKind): DiagnosisSettings {
  return state.diagnosisSettings[kind] ?? FIRST_SETTINGS;
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
    const [image, target] = await Promise.all([
      library.grid(benchPictures(bench)),
      library.picture(targetId),
    ]);
    return { kind: 'bench', image, target, targetId, cell, side: library.cell(), caption };
  }

  return {
    setDiagnosis: (kind, part) =>
      store.setState((state) => ({
        diagnosisSettings: {
          ...state.diagnosisSettings,
          [kind]: { ...diagnosisSettings(state, kind), ...part },
        },
      })),
    async diagnose(kind, request) {
      const state = store.getState();
      if (state.model.phase !== 'live' || isBusy(state)) return;
      const settings = diagnosisSettings(state, kind);
      const { run } = state.diagnosis;
      // Set before anything is awaited, so that a second press finds it running.
      const { scope } = settings;
      store.setState({ diagnosis: { phase: 'running', kind, run: run + 1, scope } });
      announce('The diagnosis runs');
      try {
        const of = await scopeOf(settings);
        const outcome = of && (await workbench.runDiagnosis(request(of)));
        setState({ phase: outcome ?? 'cancelled' });
        announce(`The diagnosis is ${outcome ?? 'cancelled'}`);
      } catch (error) {
        const failure = (error as Error).message;
        setState({ phase: 'failed', failure });
        announce(`The diagnosis failed. ${failure}`);
      }
    },
    cancelDiagnosis() {
      if (!isActive(store.getState().diagnosis)) return;
      setState({ phase: 'cancelling' });
      announce('The diagnosis is cancelled after what is in the works');
      workbench.cancelDiagnosis().catch(() => undefined);
    },
  };
}
