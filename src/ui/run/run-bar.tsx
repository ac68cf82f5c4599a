import { useEffect, useRef, useState } from 'react';
import { duration } from '../../results/duration.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { resultOfRun } from '../store/probe-actions.ts';
import { isActive, isBusy, type ProbeState } from '../store/state.ts';
import { WatchBar } from '../runs/watch-bar.tsx';
import { DiagnosisBar } from './diagnosis-bar.tsx';
import { RunSettingsFields } from './run-settings.tsx';
import { RunTitle } from './run-title.tsx';
import './run.css';

const WORDS_OF_MAIN_BUTTON: Readonly<Partial<Record<ProbeState['phase'], string>>> = {
  running: 'Pause',
  pausing: 'Pausing …',
  paused: 'Resume',
  cancelling: 'Cancelling …',
};

/** What runs or may be run: a diagnosis while there is one, a run that is watched, else the probe. */
export function RunBar() {
  const diagnosed = useWorkbench((state) => isActive(state.diagnosis));
  const watches = useWorkbench((state) => state.runs.watched !== undefined && !isBusy(state));
  if (watches) return <WatchBar />;
  return diagnosed ? <DiagnosisBar /> : <ProbeBar />;
}

/** Settings of a probe, its progress, and the buttons that start, pause and end it. */
function ProbeBar() {
  const probe = useWorkbench((state) => state.probe);
  const has = useWorkbench(
    ({ probe: now, result, previous }) => resultOfRun(now, result, previous)?.records.length ?? 0,
  );
  const live = useWorkbench((state) => state.model.phase === 'live');
  const actions = useActions();
  const main = useRef<HTMLButtonElement>(null);
  const active = isActive(probe);
  const stopped = probe.phase === 'cancelled' || probe.phase === 'failed';
  const [open, setOpen] = useState(false);

  const pressed = useRef(false);

  // A button that goes dead when it is pressed drops the focus: the one that works next takes it up.
  useEffect(() => {
    const settling = probe.phase === 'pausing' || probe.phase === 'cancelling';
    if (!pressed.current || settling) return;
    pressed.current = false;
    if (document.activeElement === document.body) main.current?.focus();
  }, [probe.phase]);

  return (
    <footer className="run" aria-label="Run" data-phase={probe.phase} data-open={open || undefined}>
      {probe.phase === 'failed' && (
        <p className="run-failure" role="alert">
          {probe.failure ?? 'The run stopped.'} {has > 0 && `${has} answers are kept.`}
        </p>
      )}
      <RunTitle name="Probe" />
      <RunSettingsFields active={active} open={open} onToggle={() => setOpen(!open)} />
      <div className="run-buttons">
        <button
          ref={main}
          type="button"
          className="primary"
          disabled={!live || probe.phase === 'pausing' || probe.phase === 'cancelling'}
          onClick={() => {
            pressed.current = true;
            actions.runOrPause();
          }}
          aria-keyshortcuts="Space"
        >
          {WORDS_OF_MAIN_BUTTON[probe.phase] ?? 'Run'}
        </button>
        {active && (
          <button
            type="button"
            disabled={probe.phase === 'cancelling'}
            onClick={() => {
              pressed.current = true;
              actions.cancelProbe();
            }}
          >
            Cancel
          </button>
        )}
        {stopped && has > 0 && (
          <button type="button" disabled={!live} onClick={() => void actions.goOn()}>
            Go on
          </button>
        )}
        {!active && (
          <button
            type="button"
            disabled={!live}
            title="The probe, then perception, similarity and flow on the first of its groups"
            onClick={() => {
              pressed.current = true;
              void actions.startStudy();
            }}
          >
            Run study
          </button>
        )}
        {actions.loseDevice !== undefined && (
          <button type="button" onClick={actions.loseDevice}>
            Lose the device
          </button>
        )}
      </div>
      <RunProgress answers={has} />
    </footer>
  );
}

function RunProgress({ answers }: { answers: number }) {
  const { phase, progress } = useWorkbench((state) => state.probe);
  if (phase === 'idle') return <div className="run-progress" data-testid="run-progress" />;
  const share = progress === undefined ? 0 : progress.done / progress.total;
  const words = {
    running: progress === undefined ? 'starting' : 'running',
    pausing: 'pausing after this picture',
    paused: 'paused',
    cancelling: 'cancelling after this picture',
    finished: 'finished',
    cancelled: `cancelled; ${answers} answers kept`,
    failed: 'stopped',
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
