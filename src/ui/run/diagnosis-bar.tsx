import { useEffect, useRef } from 'react';
import type { RunProgress } from '../../results/run-progress.ts';
import { duration } from '../../results/duration.ts';
import { TAB_LABELS } from '../results/tab-labels.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { RunTitle } from './run-title.tsx';

/** The run bar while a diagnosis runs: what runs, how far it is, and Cancel. */
export function DiagnosisBar() {
  const { kind, phase, progress } = useWorkbench((state) => state.diagnosis);
  const actions = useActions();
  const cancel = useRef<HTMLButtonElement>(null);

  // The button goes with the bar; whoever pressed it goes on at the tab.
  useEffect(() => {
    const button = cancel.current;
    return () => {
      if (document.activeElement === button || document.activeElement === document.body)
        document.querySelector<HTMLElement>('.result-tabs [aria-selected=true]')?.focus();
    };
  }, []);

  const name = kind === undefined ? 'Diagnosis' : TAB_LABELS[kind];
  return (
    <footer className="run" aria-label="Run" data-kind={kind} data-phase={phase}>
      <RunTitle name={name} />
      <div className="run-buttons">
        <button
          ref={cancel}
          type="button"
          aria-disabled={phase === 'cancelling' || undefined}
          onClick={actions.cancelDiagnosis}
        >
          {phase === 'cancelling' ? 'Cancelling …' : 'Cancel'}
        </button>
        {actions.loseDevice !== undefined && (
          <button type="button" onClick={actions.loseDevice}>
            Lose the device
          </button>
        )}
      </div>
      <div className="run-progress" data-testid="run-progress" data-phase={phase}>
        <progress value={shareOf(progress)} max={1} aria-label={`Progress of ${name}`} />
        <span>{describe(phase, progress)}</span>
      </div>
    </footer>
  );
}

function shareOf(progress: RunProgress | undefined): number {
  return progress === undefined ? 0 : progress.done / progress.total;
}

function describe(phase: string, progress: RunProgress | undefined): string {
  const share = `${Math.floor(shareOf(progress) * 100)} %`;
  if (phase === 'cancelling') return `${share} · cancelling after what is in the works`;
  if (progress === undefined) return 'starting';
  const { millisecondsLeft, passes } = progress;
  return [
    share,
    passes !== undefined && `${passes} ${passes === 1 ? 'pass' : 'passes'}`,
    millisecondsLeft !== null && `${duration(millisecondsLeft)} left`,
  ]
    .filter(Boolean)
    .join(' · ');
}
