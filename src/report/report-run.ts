/** What a report says of one run. */
import type { StoredRun } from '../results/run-layout.ts';
import { flowSection } from './flow-section.ts';
import { perceptionSection } from './perception-section.ts';
import { probeSection } from './probe-section.ts';
import { missingRecords } from './run-size.ts';
import type { SectionContent } from './section-content.ts';
import { similaritySection } from './similarity-section.ts';

/** What each experiment is called. */
export const EXPERIMENT_NAMES: Readonly<Record<StoredRun['experiment'], string>> = {
  probe: 'Spatial probe',
  perception: 'Perception maps',
  similarity: 'Similarity of caption and picture',
  flow: 'Information flow',
};

const NOTHING: SectionContent = { findings: [], skipped: [], figures: [], shown: [], tables: [] };

/** Everything that a report says of a run. The same run gives the same content. */
export function describeRun(run: StoredRun): SectionContent {
  const content = run.records.length === 0 ? NOTHING : contentOf(run);
  return { ...content, skipped: [...missingRecords(run), ...content.skipped] };
}

function contentOf(run: StoredRun): SectionContent {
  switch (run.experiment) {
    case 'probe':
      return probeSection(run.records, run.manifest);
    case 'perception':
      return perceptionSection(run.records, run.manifest);
    case 'similarity':
      return similaritySection(run.records, run.manifest);
    case 'flow':
      return flowSection(run.records, run.manifest);
  }
}
