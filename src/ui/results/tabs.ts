import type { ComponentType } from 'react';
import type { ResultTabName } from '../store/state.ts';
import { CompareTab } from './compare-tab.tsx';
import { FlowTab } from './flow-tab.tsx';
import { PerceptionTab } from './perception-tab.tsx';
import { ProbeTab } from './probe-tab.tsx';
import { SimilarityTab } from './similarity-tab.tsx';

/** One experiment's place in the results panel. */
export interface ResultTab {
  readonly id: ResultTabName;
  /** Draws the tab's panel; a tab without one is not shown. */
  readonly component?: ComponentType;
}

/** The tabs of the results panel, in their order. */
const RESULT_TABS: readonly ResultTab[] = [
  { id: 'probe', component: ProbeTab },
  { id: 'perception', component: PerceptionTab },
  { id: 'similarity', component: SimilarityTab },
  { id: 'flow', component: FlowTab },
  { id: 'compare', component: CompareTab },
];

/** The tabs that have something to show. */
export const SHOWN_TABS = RESULT_TABS.filter(
  (tab): tab is ResultTab & { component: ComponentType } => tab.component !== undefined,
);
