import { TAB_LABELS } from '../results/tab-labels.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { percent } from './run-words.ts';

/** The run bar while this tab watches the run of another. */
export function WatchBar() {
  const run = useWorkbench(({ runs }) => runs.rows?.find(({ id }) => id === runs.watched));
  const actions = useActions();
  return (
    <footer className="run" aria-label="Run" data-phase="watching">
      <h2>{run === undefined ? 'Run' : TAB_LABELS[run.experiment]}</h2>
      <div className="run-buttons">
        <button type="button" onClick={actions.stopWatching}>
          Stop watching
        </button>
      </div>
      <div className="run-progress" data-testid="run-progress" data-phase="watching">
        <progress value={run?.share ?? 0} max={1} aria-label="Progress of the run" />
        <span>
          {run && `${percent(run)} · `}
          {run?.state === 'paused' ? 'paused' : 'runs'} in another tab; this one watches, and goes
          on with it when that tab is closed
        </span>
      </div>
    </footer>
  );
}
