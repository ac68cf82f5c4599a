import { useEffect, useRef } from 'react';
import { useActions, useWorkbench } from '../store/context.tsx';
import { isCutOff } from '../store/kept-run-actions.ts';
import { isBusy, type ListedRun, type WorkbenchState } from '../store/state.ts';
import { percent, runSettings, runTitle } from './run-words.ts';
import './runs.css';

/** The newest run that was cut off, or that another tab works on, while this tab has none of its own. */
function unfinished(state: WorkbenchState): ListedRun | undefined {
  const { rows, dismissed, watched } = state.runs;
  if (isBusy(state) || watched !== undefined) return undefined;
  return rows?.find(({ id, state: of, here }) => id !== dismissed && isCutOff(of) && !here);
}

/** Asks whether to go on with a run that was cut off, or to watch that of another tab. */
export function UnfinishedRun() {
  const run = useWorkbench(unfinished);
  const live = useWorkbench((state) => state.model.phase === 'live');
  const failure = useWorkbench((state) => state.runs.failure);
  const actions = useActions();
  const shown = run !== undefined;
  const started = useRef(false);

  // The button goes with the notice; whoever pressed it goes on at the run bar.
  useEffect(() => {
    if (!shown) return;
    return () => {
      if (started.current && document.activeElement === document.body)
        document.querySelector<HTMLElement>('.run-buttons button')?.focus();
      started.current = false;
    };
  }, [shown]);
  function start(work: (id: string) => Promise<void>, id: string): void {
    started.current = true;
    void work(id);
  }

  if (run === undefined) return null;
  const { id, held, resumable } = run;
  return (
    <section className="notice unfinished" aria-label="Unfinished run" data-testid="unfinished-run">
      <p>
        {held
          ? `${runTitle(run)} goes on in another tab, ${percent(run)}`
          : `${runTitle(run)} was cut off at ${percent(run)}; its ${run.records} records are kept`}
        <span className="hint"> {runSettings(run)}</span>
        {failure !== undefined && (
          <span className="model-why" role="alert">
            {failure}
          </span>
        )}
      </p>
      <div className="kept-run-buttons">
        {held ? (
          <button type="button" onClick={() => start(actions.watchRun, id)}>
            Watch
          </button>
        ) : (
          <>
            {resumable && (
              <button type="button" disabled={!live} onClick={() => start(actions.goOnKept, id)}>
                Go on
              </button>
            )}
            <button type="button" onClick={() => void actions.openRun(id)}>
              Open
            </button>
          </>
        )}
        <button type="button" className="quiet" onClick={() => actions.dismissUnfinished(id)}>
          Not now
        </button>
      </div>
    </section>
  );
}
