import { useActions, useWorkbench } from '../store/context.tsx';
import { benchPictures } from '../store/state.ts';
import { useCaptionOf } from './captions.ts';

/** The caption that is asked for: any text, with what is in the picture as quick picks. */
export function CaptionField() {
  const bench = useWorkbench((state) => state.bench)!;
  const items = useWorkbench((state) => state.dataset?.items);
  const actions = useActions();
  const captionOf = useCaptionOf();
  const shown = benchPictures(bench).filter((id) => id !== null);
  const absent = items?.find(({ id }) => !shown.includes(id));
  return (
    <div className="caption">
      <label>
        <span>Is there</span>
        <input
          type="text"
          value={bench.caption}
          maxLength={300}
          spellCheck={false}
          aria-label="Caption to ask for"
          onChange={(event) => actions.setCaption(event.target.value)}
        />
      </label>
      <label>
        <span className="visually-hidden">Ask for something in the picture</span>
        <select
          value=""
          onChange={(event) => actions.setCaption(event.target.value)}
          aria-label="Ask for"
        >
          <option value="">ask for …</option>
          <optgroup label="In the picture">
            {shown.map((id) => (
              <option key={id} value={captionOf(id)}>
                {captionOf(id)}
              </option>
            ))}
          </optgroup>
          {absent !== undefined && (
            <optgroup label="Not in the picture">
              <option value={absent.caption}>{absent.caption}</option>
            </optgroup>
          )}
        </select>
      </label>
    </div>
  );
}
