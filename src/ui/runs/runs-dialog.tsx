import { useEffect, useRef } from 'react';
import { useActions, useWorkbench } from '../store/context.tsx';
import { RunRow } from './run-row.tsx';
import './runs.css';

/** Every run that the browser keeps: open it, go on with it, export, import, remove. Esc closes it. */
export function RunsDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const { rows, problem, failure, persistent } = useWorkbench((state) => state.runs);
  const actions = useActions();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => void actions.refreshRuns(), [actions]);

  /** The focus was on what is removed; it goes to the run in its place. */
  async function remove(id: string, at: number): Promise<void> {
    await actions.removeRun(id);
    if (dialog.current?.contains(document.activeElement) !== false) return;
    const rest = list.current!.children;
    const next = rest[Math.min(at, rest.length - 1)]?.querySelector('button');
    // Not before: the dialog would give it the focus when it opens.
    if (!next) title.current!.tabIndex = -1;
    (next ?? title.current)?.focus();
  }

  return (
    <dialog
      ref={dialog}
      className="dialog runs-dialog"
      onClose={onClose}
      aria-labelledby="runs-title"
    >
      <h2 ref={title} id="runs-title">
        Runs
      </h2>
      {problem !== undefined && <p className="model-why">{problem}</p>}
      {failure !== undefined && (
        <p className="model-why" role="alert">
          {failure}
        </p>
      )}
      {problem === undefined && (
        <p className="hint">
          Every answer is kept in this browser as it is made, so that a run goes on where it was cut
          off. A run&rsquo;s file opens here, on another machine and on the command line
          {persistent === false &&
            '; export what you need, because the browser may clear its storage when space runs short'}
          .
        </p>
      )}
      {rows?.length === 0 && <p>No run is kept yet.</p>}
      <ul ref={list} className="kept-runs">
        {rows?.map((run, at) => (
          <RunRow
            key={run.id}
            run={run}
            onLeave={() => dialog.current?.close()}
            onRemove={() => void remove(run.id, at)}
          />
        ))}
      </ul>
      <div className="runs-buttons">
        {problem === undefined && (
          <label className="file">
            <input
              type="file"
              multiple
              accept=".zip,application/zip"
              onChange={({ target }) => {
                const files = [...(target.files ?? [])];
                target.value = '';
                void actions.importRuns(files);
              }}
            />
            <span>Import a run …</span>
          </label>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
