import type { DiagnosisKind } from '../../protocol/diagnosis.ts';
import type { StoredRun } from '../../results/run-layout.ts';
import type { DiagnosisResults, WorkbenchStore } from './state.ts';

/** Shows a run that ships with the page; a result that is there already stays. */
export function showRun(store: WorkbenchStore, { experiment, manifest, records }: StoredRun): void {
  store.setState(({ result, diagnosisResults }) => {
    if (experiment === 'probe')
      return result.source === 'none'
        ? { result: { source: 'precomputed', manifest, records } }
        : {};
    const kind = experiment as DiagnosisKind;
    if (diagnosisResults[kind] !== undefined) return {};
    const shown = { source: 'precomputed', run: 0, scope: 'groups', manifest, samples: records };
    return { diagnosisResults: { ...diagnosisResults, [kind]: shown } as DiagnosisResults };
  });
}
