import type { StoredRun } from '../../results/run-layout.ts';
import { STUDY_EXPERIMENTS } from '../../results/study.ts';
import type { WorkbenchState } from '../store/state.ts';

/** The runs that the page shows, in the order of its tabs: what a report is made of. */
export function reportRuns({
  result,
  diagnosisResults,
}: Pick<WorkbenchState, 'result' | 'diagnosisResults'>): StoredRun[] {
  const shown = { ...diagnosisResults, probe: { ...result, samples: result.records } };
  return STUDY_EXPERIMENTS.flatMap((experiment) => {
    const { manifest, samples } = (shown as Partial<Record<string, Shown>>)[experiment] ?? NONE;
    if (manifest === undefined || samples.length === 0) return [];
    // Records come in as they are finished; a report of the same run is the same report.
    const records = [...samples].sort((a, b) => a.index - b.index);
    return [{ experiment, manifest, records } as unknown as StoredRun];
  });
}

interface Shown {
  readonly manifest?: StoredRun['manifest'] | undefined;
  readonly samples: readonly { readonly index: number }[];
}

const NONE: Shown = { samples: [] };
