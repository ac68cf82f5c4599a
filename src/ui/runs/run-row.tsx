import { useState } from 'react';
import { byteCount } from '../format.ts';
import { useActions } from '../store/context.tsx';
import type { ListedRun } from '../store/state.ts';
import { dayAndTime, runSettings, runState, runTitle } from './run-words.ts';

interface Props {
  readonly run: ListedRun;
  /** Closes the list where the page is wanted. */
  readonly onLeave: () => void;
  readonly onRemove: () => void;
}

/** A kept run with all that can be done with it. */
export function RunRow({ run, onLeave, onRemove }: Props) {
  const { id, held, here, state, resumable, records, bytes, changedAt, failure } = run;
  const actions = useActions();
  const [asked, setAsked] = useState(false);
  const title = runTitle(run);
  const leaving = (work: (id: string) => Promise<void>) => () => {
    onLeave();
    void work(id);
  };
  return (
    <li data-testid="kept-run" data-state={state} data-held={held || undefined}>
      <div className="kept-run-words">
        <span>
          <strong>{title}</strong> {runState(run)}
        </span>
        <span className="hint">{runSettings(run)}</span>
        <span className="hint">
          {records} records · {byteCount(bytes)} · {dayAndTime(changedAt)}
        </span>
        {state === 'failed' && failure !== undefined && (
          <span className="model-why">{failure}</span>
        )}
      </div>
      <div className="kept-run-buttons">
        {held && !here ? (
          <button type="button" aria-label={`Watch ${title}`} onClick={leaving(actions.watchRun)}>
            Watch
          </button>
        ) : (
          <button type="button" aria-label={`Open ${title}`} onClick={leaving(actions.openRun)}>
            Open
          </button>
        )}
        {!held && resumable && state !== 'finished' && (
          <button
            type="button"
            aria-label={`Go on with ${title}`}
            onClick={leaving(actions.goOnKept)}
          >
            Go on
          </button>
        )}
        <button
          type="button"
          aria-label={`Export ${title}`}
          onClick={() => void actions.exportRun(id)}
        >
          Export
        </button>
        {!held && (
          <button
            type="button"
            className="quiet"
            aria-label={`${asked ? 'Really remove' : 'Remove'} ${title}`}
            onBlur={() => setAsked(false)}
            onClick={() => (asked ? onRemove() : setAsked(true))}
          >
            {asked ? 'Really remove' : 'Remove'}
          </button>
        )}
      </div>
    </li>
  );
}
