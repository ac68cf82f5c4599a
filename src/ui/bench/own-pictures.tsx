import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';

/** A person's own pictures: dropped on the bench or chosen, each with a caption. */
export function OwnPictures() {
  const own = useWorkbench((state) => state.ownPictures);
  const bench = useWorkbench((state) => state.bench)!;
  const actions = useActions();
  return (
    <div className="own" data-testid="own-pictures">
      <label className="file">
        <input
          type="file"
          accept="image/png,image/jpeg,image/webp"
          multiple
          onChange={(event) => {
            void actions.addOwnPictures([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <span>Add own pictures …</span>
      </label>
      {own.length === 0 ? (
        <span className="hint">or drop them here; they stay in this tab</span>
      ) : (
        <ul className="own-list">
          {own.map(({ id, caption }) => (
            <li key={id}>
              <PictureCanvas id={id} label={caption} />
              <input
                type="text"
                value={caption}
                maxLength={300}
                aria-label={`Caption of ${id.replace('own:', '')}`}
                onChange={(event) => actions.captionOwnPicture(id, event.target.value)}
              />
              <button
                type="button"
                className="quiet"
                onClick={() => actions.replacePicture(bench.cell, id)}
              >
                Use as target
              </button>
              <button
                type="button"
                className="quiet"
                aria-label={`Remove ${caption}`}
                onClick={() => actions.removeOwnPicture(id)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
