import { useActions, useWorkbench } from '../store/context.tsx';

/** Sentences that stop nothing but should be read. */
export function Notices() {
  const notices = useWorkbench((state) => state.notices);
  const actions = useActions();
  return (
    <div className="notices" role="status">
      {notices.map((message) => (
        <p key={message} className="notice">
          <span>{message}</span>
          <button type="button" className="quiet" onClick={() => actions.dismissNotice(message)}>
            Dismiss
          </button>
        </p>
      ))}
    </div>
  );
}
