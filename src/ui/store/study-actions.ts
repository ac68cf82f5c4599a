import type { DiagnosisKind, DiagnosisRequest, DiagnosisScope } from '../../protocol/diagnosis.ts';
import { BALANCED, STANDARD } from '../../results/scheme.ts';
import { STUDY_EXPERIMENTS, STUDY_PERCEPTION, studyGroups } from '../../results/study.ts';
import type { DiagnosisActions } from './diagnosis-actions.ts';
import type { ProbeActions } from './probe-actions.ts';
import { isBusy, type WorkbenchStore } from './state.ts';

export interface StudyActions {
  /**
   * Runs the probe on the groups of the run bar, then each diagnosis on the first of them, unless
   * something runs already. It ends with the first that is cancelled or fails.
   */
  startStudy(): Promise<void>;
}

const SCHEMES = [STANDARD, BALANCED];

const REQUESTS: { readonly [Kind in DiagnosisKind]: (scope: DiagnosisScope) => DiagnosisRequest } =
  {
    perception: (scope) => ({ kind: 'perception', scope, schemes: SCHEMES, ...STUDY_PERCEPTION }),
    similarity: (scope) => ({ kind: 'similarity', scope }),
    flow: (scope) => ({ kind: 'flow', scope, schemes: SCHEMES }),
  };

export function createStudyActions(
  store: WorkbenchStore,
  { startProbe }: ProbeActions,
  { setDiagnosis, diagnose }: DiagnosisActions,
): StudyActions {
  async function finishes(experiment: (typeof STUDY_EXPERIMENTS)[number]): Promise<boolean> {
    if (experiment === 'probe') {
      await startProbe();
      return store.getState().probe.phase === 'finished';
    }
    const { dataset, groups, seed } = store.getState().run;
    setDiagnosis(experiment, {
      scope: 'groups',
      dataset,
      groups: studyGroups(experiment, groups),
      seed,
    });
    store.setState({ resultTab: experiment });
    await diagnose(experiment, REQUESTS[experiment]);
    return store.getState().diagnosis.phase === 'finished';
  }

  return {
    async startStudy() {
      const state = store.getState();
      if (state.model.phase !== 'live' || isBusy(state) || state.study !== undefined) return;
      try {
        for (const [at, experiment] of STUDY_EXPERIMENTS.entries()) {
          store.setState({ study: { at, of: STUDY_EXPERIMENTS.length } });
          if (!(await finishes(experiment))) return;
        }
        store.setState({ announcement: 'The study is finished; Export saves its report' });
      } finally {
        store.setState({ study: undefined });
      }
    },
  };
}
