import { useEffect, useRef } from 'react';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';
import { AddPictures } from './add-pictures.tsx';

/** A person's own pictures: dropped on the bench or chosen, each with a caption. */
export function OwnPictures() {
  const own = useWorkbench((state) => state.ownPictures);
  const problem = useWorkbench((state) => state.captionProblem);
  const sentence = useRef<HTMLParagraphElement>(null);
  useEffect(() => sentence.current?.scrollIntoView({ block: 'nearest' }), [problem]);
  return (
    <div className="own" data-testid="own-pictures">
      <AddPictures />
      {own.length === 0 ? (
        <span className="hint">
          or drop them here; they stay on this machine, and only runs keep them beyond a reload
        </span>
      ) : (
        <ul className="own-list" aria-label="Own pictures">
          {own.map(({ id, caption }) => (
            <OwnPicture key={id} id={id} caption={caption} />
          ))}
        </ul>
      )}
      {problem !== undefined && (
        <p ref={sentence} className="own-problem" role="alert" id="caption-problem">
          {problem.message}
        </p>
      )}
    </div>
  );
}

function OwnPicture({ id, caption }: { id: string; caption: string }) {
  const cell = useWorkbench((state) => state.bench!.cell);
  const problem = useWorkbench((state) =>
    state.captionProblem?.id === id ? state.captionProblem : undefined,
  );
  const actions = useActions();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (problem !== undefined) field.current?.focus();
  }, [problem]);
  return (
    <li>
      <PictureCanvas id={id} label={caption} />
      <input
        ref={field}
        type="text"
        value={caption}
        maxLength={300}
        placeholder="what it shows"
        aria-label={`Caption of ${id}`}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={problem && 'caption-problem'}
        onChange={(event) => actions.captionOwnPicture(id, event.target.value)}
      />
      <button
        type="button"
        className="quiet"
        aria-label={`Use as target: ${caption || id}`}
        onClick={() => actions.replacePicture(cell, id)}
      >
        Use as target
      </button>
      <button
        type="button"
        className="quiet"
        aria-label={`Remove ${caption || id}`}
        onClick={() => actions.removeOwnPicture(id)}
      >
        ✕
      </button>
    </li>
  );
}
