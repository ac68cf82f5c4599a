import type { ResultTabName } from '../store/state.ts';

/** What each experiment is called on its tab and in the run bar; and the tab that compares two. */
export const TAB_LABELS: Readonly<Record<ResultTabName, string>> = {
  probe: 'Probe',
  perception: 'Perception',
  similarity: 'Similarity',
  flow: 'Flow',
  compare: 'Compare',
};
