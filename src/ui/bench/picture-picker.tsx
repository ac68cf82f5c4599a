import { useEffect, useMemo, useRef, useState } from 'react';
import { CELLS } from '../../results/records.ts';
import { AddPictures } from './add-pictures.tsx';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';
import { cellName } from '../store/state.ts';

/** Thumbnails shown at first: quick to draw, and enough to choose from. */
const SHOWN = 60;

/** Chooses the picture of a cell: search by name, own pictures first. Esc closes it. */
export function PicturePicker({ cell, onClose }: { cell: number; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const items = useWorkbench((state) => state.dataset?.items);
  const own = useWorkbench((state) => state.ownPictures);
  const isTarget = useWorkbench((state) => state.bench?.cell === cell);
  const actions = useActions();
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const found = useMemo(() => {
    const words = search.trim().toLowerCase().split(/\s+/);
    return [...own, ...(items ?? [])].filter(({ caption }) =>
      words.every((word) => caption.toLowerCase().includes(word)),
    );
  }, [items, own, search]);
  const shown = all ? found : found.slice(0, SHOWN);
  useEffect(() => dialog.current?.showModal(), []);

  function choose(id: string | null): void {
    actions.replacePicture(cell, id);
    dialog.current?.close();
  }

  return (
    <dialog ref={dialog} className="dialog picker" onClose={onClose} aria-labelledby="picker-title">
      <h2 id="picker-title">
        Picture for the {cellName(CELLS[cell]!)} cell{isTarget ? ' (the target)' : ''}
      </h2>
      <div className="picker-search">
        <input
          type="search"
          autoFocus
          placeholder="Search by name"
          aria-label="Search pictures by name"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {!isTarget && (
          <button type="button" onClick={() => choose(null)}>
            Leave empty
          </button>
        )}
        <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <p className="hint">
        {found.length} {found.length === 1 ? 'picture' : 'pictures'}
        {shown.length < found.length && (
          <>
            , the first {SHOWN} shown{' '}
            <button type="button" className="quiet" onClick={() => setAll(true)}>
              Show all
            </button>
          </>
        )}
        {found.length === 0 && '. Try a shorter or another word, or add a picture of your own.'}
      </p>
      <div className="thumbnails">
        {shown.map(({ id, caption }) => (
          <button key={id} type="button" title={caption} onClick={() => choose(id)}>
            <PictureCanvas id={id} label="" />
            <span>{caption}</span>
          </button>
        ))}
      </div>
      <div className="picker-own">
        <AddPictures />
        <span className="hint">own pictures stand first</span>
      </div>
    </dialog>
  );
}
