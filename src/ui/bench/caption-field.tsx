import { useMemo } from 'react';
import { useActions, useWorkbench } from '../store/context.tsx';
import { benchPictures } from '../store/state.ts';
import { useCaptionOf } from './captions.ts';

/** Captions of other pictures that are offered. */
const ABSENT = 8;

/** The caption that is asked for: any text, with what is in the picture as quick picks. */
export function CaptionField() {
  const bench = useWorkbench((state) => state.bench)!;
  const items = useWorkbench((state) => state.dataset?.items);
  const actions = useActions();
  const captionOf = useCaptionOf();
  const shown = useMemo(() => benchPictures(bench).filter((id) => id !== null), [bench]);
  const absent = useMemo(() => {
    const others = (items ?? []).filter(({ id }) => !shown.includes(id));
    // Spread over the whole set, and others for another picture.
    const first = others.findIndex(({ id }) => id > bench.target);
    const step = Math.max(1, Math.floor(others.length / ABSENT));
    return Array.from(
      { length: Math.min(ABSENT, others.length) },
      (_, at) => others[(Math.max(0, first) + at * step) % others.length]!,
    );
  }, [items, shown, bench.target]);
  return (
    <div className="caption">
      <label>
        <span>Is there</span>
        <input
          type="text"
          value={bench.caption}
          maxLength={300}
          spellCheck={false}
          placeholder="name what to ask for"
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
          {absent.length > 0 && (
            <optgroup label="Not in the picture">
              {absent.map(({ id, caption }) => (
                <option key={id} value={caption}>
                  {caption}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
    </div>
  );
}
