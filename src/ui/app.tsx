import { useState } from 'react';
import { BenchPanel } from './bench/bench-panel.tsx';
import { Header } from './header/header.tsx';
import { Notices } from './header/notices.tsx';
import { CreditsDialog } from './help/credits-dialog.tsx';
import { HelpDialog } from './help/help-dialog.tsx';
import { useKeys } from './keys.ts';
import { ModelDialog } from './models/model-dialog.tsx';
import { ResultsPanel } from './results/results-panel.tsx';
import { RunBar } from './run/run-bar.tsx';
import { RunsDialog } from './runs/runs-dialog.tsx';
import { SetupPanel } from './setup/setup-panel.tsx';
import { useActions, useWorkbench } from './store/context.tsx';
import { PANELS } from './store/state.ts';

/** Three panels and a run bar; below 900 px the panels become tabs. */
export function App() {
  const panel = useWorkbench((state) => state.panel);
  const actions = useActions();
  const [dialog, setDialog] = useState<'help' | 'credits' | 'models' | 'runs'>();
  const close = () => setDialog(undefined);
  const announcement = useWorkbench((state) => state.announcement);
  useKeys({ help: () => setDialog('help') });
  return (
    <div className="app" data-tab={panel}>
      <Header
        onHelp={() => setDialog('help')}
        onCredits={() => setDialog('credits')}
        onRuns={() => setDialog('runs')}
      />
      <Notices />
      <nav className="tabs" aria-label="Panels">
        {PANELS.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={panel === name ? 'page' : undefined}
            onClick={() => actions.showPanel(name)}
          >
            {name[0]!.toUpperCase() + name.slice(1)}
          </button>
        ))}
      </nav>
      <main className="panels">
        <SetupPanel onModels={() => setDialog('models')} />
        <BenchPanel />
        <ResultsPanel />
      </main>
      <RunBar />
      <div className="visually-hidden" aria-live="polite">
        {announcement}
      </div>
      {dialog === 'help' && <HelpDialog onClose={close} />}
      {dialog === 'models' && <ModelDialog onClose={close} />}
      {dialog === 'runs' && <RunsDialog onClose={close} />}
      {dialog === 'credits' && <CreditsDialog onClose={close} />}
    </div>
  );
}
