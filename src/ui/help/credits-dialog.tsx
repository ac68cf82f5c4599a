import { useEffect, useRef, useState } from 'react';
import { Markdown } from './markdown-view.tsx';

const FOLDER = 'data/emoji-probe/';
const FILE = `${FOLDER}CREDITS.md`;

/** Where the drawings come from and under which licences, as the data set's own file says it. */
export function CreditsDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState<string>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    fetch(FILE)
      .then(async (response) => {
        if (!response.ok) throw new Error(`${FILE} was answered with status ${response.status}.`);
        setText(await response.text());
      })
      .catch((error: Error) => setFailure(`The credits could not be read. ${error.message}`));
  }, []);
  return (
    <dialog ref={dialog} className="dialog credits" onClose={onClose} aria-label="Credits">
      {text === undefined ? (
        <p>{failure ?? 'Reading the credits …'}</p>
      ) : (
        <Markdown text={text} folder={FOLDER} />
      )}
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
