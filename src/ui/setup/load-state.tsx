import { duration } from '../../results/duration.ts';
import { byteCount } from '../format.ts';
import { useActions, useWorkbench } from '../store/context.tsx';

/** Loading with its numbers, or a failure with what to do about it. Nothing once the model is live. */
export function LoadState({ onModels }: { onModels: () => void }) {
  const { phase, progress, failure, broken } = useWorkbench((state) => state.model);
  const actions = useActions();
  if (phase === 'live') return null;
  if (phase === 'failed') {
    return (
      <div className="load failed" role="alert" data-testid="load-failure">
        <p>{failure}</p>
        {broken ? (
          <>
            <p className="hint">
              Results can still be exported. A reload starts afresh: own pictures and runs are gone
              then.
            </p>
            <button type="button" onClick={() => location.reload()}>
              Reload
            </button>
          </>
        ) : (
          <>
            <p className="hint">Your pictures, captions and results are kept.</p>
            <div className="load-buttons">
              <button type="button" onClick={() => void actions.loadModel()}>
                Retry
              </button>
              <button type="button" onClick={onModels}>
                Another model …
              </button>
            </div>
          </>
        )}
      </div>
    );
  }
  const share =
    progress?.totalBytes === undefined ? undefined : progress.bytes / progress.totalBytes;
  return (
    <div className="load" data-testid="load-progress">
      <progress value={share} max={1} aria-label="Loading the model" />
      <p className="hint">
        {progress === undefined
          ? phase === 'loading'
            ? 'Asking for the model …'
            : 'Reading the data set …'
          : [
              progress.step,
              progress.totalBytes === undefined
                ? byteCount(progress.bytes)
                : `${byteCount(progress.bytes)} of ${byteCount(progress.totalBytes)}`,
              progress.bytesPerSecond !== undefined && `${byteCount(progress.bytesPerSecond)}/s`,
              progress.millisecondsLeft !== undefined &&
                progress.millisecondsLeft > 0 &&
                `${duration(progress.millisecondsLeft)} left`,
              progress.downloaded !== undefined && `downloaded ${byteCount(progress.downloaded)}`,
            ]
              .filter(Boolean)
              .join(' · ')}
      </p>
      {phase === 'loading' && (
        <button type="button" onClick={actions.cancelLoad}>
          Cancel
        </button>
      )}
    </div>
  );
}
