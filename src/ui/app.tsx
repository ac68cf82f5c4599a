import { useState } from 'react';
import { BenchPanel } from './bench/bench-panel.tsx';
import { Header } from './header/header.tsx';
import { Notices } from './header/notices.tsx';
import { HelpDialog } from './help/help-dialog.tsx';
import { useKeys } from './keys.ts';
import { ResultsPanel } from './results/results-panel.tsx';
import { RunBar } from './run/run-bar.tsx';
import { SetupPanel } from './setup/setup-panel.tsx';
import { useWorkbench } from './store/context.tsx';

const TABS = ['bench', 'setup', 'results'] as const;
type Tab = (typeof TABS)[number];

/** Three panels and a run bar; below 900 px the panels become tabs. */
export function App() {
  const [tab, setTab] = useState<Tab>('bench');
  const [help, setHelp] = useState(false);
  const announcement = useWorkbench((state) => state.announcement);
  useKeys({ help: () => setHelp(true) });
  return (
    <div className="app" data-tab={tab}>
      <Header onHelp={() => setHelp(true)} />
      <Notices />
      <nav className="tabs" aria-label="Panels">
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={tab === name ? 'page' : undefined}
            onClick={() => setTab(name)}
          >
            {name[0]!.toUpperCase() + name.slice(1)}
          </button>
        ))}
      </nav>
      <main className="panels">
        <SetupPanel />
        <BenchPanel />
        <ResultsPanel />
      </main>
      <RunBar />
      <div className="visually-hidden" aria-live="polite">
        {announcement}
      </div>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}
