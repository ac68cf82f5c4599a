import { UnfinishedRun } from '../runs/unfinished-run.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';

/** Sentences that stop nothing but should be read: one bar that grows no higher than a few lines. */
export function Notices() {
  const notices = useWorkbench((state) => state.notices);
  const actions = useActions();
  return (
    <div className="notices">
      {/* Outside of what is read aloud: its percentage changes twice a second. */}
      <UnfinishedRun />
      <div role="status">
        {notices.length > 0 && (
          <div className="notice">
            <ul>
              {notices.map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
            <button type="button" className="quiet" onClick={actions.dismissNotices}>
              {notices.length === 1 ? 'Dismiss' : `Dismiss all ${notices.length}`}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
