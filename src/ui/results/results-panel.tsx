import { useRef, type KeyboardEvent } from 'react';
import { useActions, useWorkbench } from '../store/context.tsx';
import { TabBoundary } from './tab-boundary.tsx';
import { TAB_LABELS } from './tab-labels.ts';
import { SHOWN_TABS } from './tabs.ts';
import './results.css';
import './maps.css';
import './statistics.css';
import './items.css';
import './compare.css';

/** How far each key goes in a row of `count` tabs, from tab `at` on. */
const TAB_KEYS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowLeft: (at, count) => (at + count - 1) % count,
  ArrowRight: (at, count) => (at + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** The results of every experiment, a tab for each (by the tabs pattern of WAI-ARIA). */
export function ResultsPanel() {
  const shown = useWorkbench((state) => state.resultTab);
  const result = useWorkbench((state) => state.result);
  const diagnoses = useWorkbench((state) => state.diagnosisResults);
  const imported = useWorkbench((state) => state.importedMaps);
  const actions = useActions();
  const list = useRef<HTMLDivElement>(null);
  const tab = SHOWN_TABS.find(({ id }) => id === shown) ?? SHOWN_TABS[0]!;
  const { component: Tab } = tab;

  function onKeyDown(event: KeyboardEvent): void {
    const next = TAB_KEYS[event.key]?.(SHOWN_TABS.indexOf(tab), SHOWN_TABS.length);
    if (next === undefined) return;
    event.preventDefault();
    actions.showResult(SHOWN_TABS[next]!.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  }

  return (
    <section className="panel results" aria-label="Results">
      <div
        ref={list}
        className="result-tabs"
        role="tablist"
        aria-label="Experiments"
        data-own-keys
        onKeyDown={onKeyDown}
      >
        {SHOWN_TABS.map(({ id }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === tab.id}
            aria-controls="result"
            tabIndex={id === tab.id ? 0 : -1}
            onClick={() => actions.showResult(id)}
          >
            {TAB_LABELS[id]}
          </button>
        ))}
      </div>
      <div id="result" className="result-panel" role="tabpanel" aria-labelledby={`tab-${tab.id}`}>
        <TabBoundary key={tab.id} of={[result, diagnoses, imported]}>
          <Tab />
        </TabBoundary>
      </div>
    </section>
  );
}
