import type { ResultTabName } from '../store/state.ts';

/** What each experiment is called on its tab and in the run bar. */
export const TAB_LABELS: Readonly<Record<ResultTabName, string>> = {
  probe: 'Probe',
  perception: 'Perception',
  similarity: 'Similarity',
  flow: 'Flow',
};
