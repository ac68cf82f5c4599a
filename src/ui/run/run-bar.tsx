import { duration } from '../format.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import './run.css';

const CELLS_AND_ANSWERS = 9 * 2;

/** Settings of a run, its progress, and the buttons that start, pause and end it. */
export function RunBar() {
  const run = useWorkbench((state) => state.run);
  const probe = useWorkbench((state) => state.probe);
  const live = useWorkbench((state) => state.model.phase === 'live');
  const strength = useWorkbench((state) => state.strength);
  const own = useWorkbench((state) => state.ownPictures.length);
  const actions = useActions();
  const active = probe.phase === 'running' || probe.phase === 'paused';
  const between = strength > 0 && strength < 1;
  const schemes = run.withStrength && between ? 3 : 2;
  return (
    <footer className="run" aria-label="Run" data-phase={probe.phase}>
      <fieldset disabled={active} className="run-settings">
        <label>
          Groups{' '}
          <input
            type="number"
            min={1}
            max={1000}
            value={run.groups}
            onChange={(event) => actions.setRun({ groups: whole(event.target.value, 1, 1000) })}
          />
        </label>
        <label>
          Seed{' '}
          <input
            type="number"
            min={0}
            max={999999}
            value={run.seed}
            onChange={(event) => actions.setRun({ seed: whole(event.target.value, 0, 999999) })}
          />
        </label>
        <label>
          Pictures{' '}
          <select
            value={run.dataset}
            onChange={(event) =>
              actions.setRun({ dataset: event.target.value === 'own' ? 'own' : 'embedded' })
            }
          >
            <option value="embedded">emoji-probe</option>
            <option value="own" disabled={own === 0}>
              own ({own})
            </option>
          </select>
        </label>
        <label className="check" data-disabled={!between || undefined}>
          <input
            type="checkbox"
            checked={run.withStrength}
            onChange={(event) => actions.setRun({ withStrength: event.target.checked })}
          />
          and the slider&rsquo;s strength
        </label>
      </fieldset>
      <p className="run-size hint">
        {run.groups} groups × 9 cells × yes/no × {schemes} schemes ={' '}
        {(run.groups * CELLS_AND_ANSWERS * schemes).toLocaleString('en')} answers
      </p>
      <div className="run-buttons">
        <button
          type="button"
          className="primary"
          disabled={!live}
          onClick={actions.runOrPause}
          aria-keyshortcuts="Space"
        >
          {probe.phase === 'running' ? 'Pause' : probe.phase === 'paused' ? 'Resume' : 'Run'}
        </button>
        <button type="button" disabled={!active} onClick={actions.cancelProbe}>
          Cancel
        </button>
        {(probe.phase === 'cancelled' || probe.phase === 'failed') && (
          <button type="button" disabled={!live} onClick={() => void actions.goOn()}>
            Go on
          </button>
        )}
        {actions.loseDevice !== undefined && (
          <button type="button" onClick={actions.loseDevice}>
            Lose the device
          </button>
        )}
      </div>
      <RunProgress />
    </footer>
  );
}

function RunProgress() {
  const { phase, progress, source, failure, records } = useWorkbench((state) => state.probe);
  if (source !== 'run') return <div className="run-progress" data-testid="run-progress" />;
  const share = progress === undefined ? 0 : progress.done / progress.total;
  const words = {
    idle: '',
    running: 'running',
    paused: 'paused',
    finished: 'finished',
    cancelled: `cancelled; ${records.length} answers kept`,
    failed: `${failure ?? 'The run stopped.'} ${records.length} answers are kept.`,
  }[phase];
  const left =
    phase === 'running' && progress !== undefined && progress.millisecondsLeft !== null
      ? ` · ${duration(progress.millisecondsLeft)} left`
      : '';
  return (
    <div className="run-progress" data-testid="run-progress" data-phase={phase}>
      <progress value={share} max={1} aria-label="Progress of the run" />
      <span>
        {progress !== undefined && `${Math.floor(share * 100)} % · `}
        {words}
        {left}
      </span>
    </div>
  );
}

/** A whole number between two others, whatever was typed. */
function whole(text: string, low: number, high: number): number {
  const value = Math.round(Number(text));
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
