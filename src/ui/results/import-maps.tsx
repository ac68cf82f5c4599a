import { useState } from 'react';
import { useActions } from '../store/context.tsx';

/** Takes maps that were made elsewhere: a folder of them, or the files. */
export function ImportMaps() {
  const actions = useActions();
  const [failure, setFailure] = useState<string>();
  function take(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length === 0) return;
    setFailure(undefined);
    actions.importMaps(files).then(
      () => input.closest('details')?.removeAttribute('open'),
      (error: Error) => setFailure(error.message),
    );
  }
  return (
    <>
      <div className="menu-row">
        <span>Import</span>
        <label className="file">
          <input
            type="file"
            aria-label="Import a folder of maps"
            onChange={({ target }) => take(target)}
            {...{ webkitdirectory: '' }}
          />
          <span>Folder of maps …</span>
        </label>
        <label className="file">
          <input
            type="file"
            aria-label="Import map files"
            accept=".json"
            multiple
            onChange={({ target }) => take(target)}
          />
          <span>Map files …</span>
        </label>
      </div>
      <p className="hint">
        <code>_attention_map.json</code> files of the published code, or exported by{' '}
        <code>bapa</code>.
      </p>
      {failure !== undefined && <p role="alert">{failure}</p>}
    </>
  );
}
