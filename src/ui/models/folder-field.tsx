import { useState } from 'react';
import type { PickedModel } from '../store/model-actions.ts';
import { folderOf, hasDirectoryPicker, pickFolder } from './pick-folder.ts';

interface FolderFieldProps {
  picked: PickedModel | undefined;
  onPick: (picked: PickedModel) => void;
}

/** Picks the folder of a checkpoint: its JSON files and safetensors. */
export function FolderField({ picked, onPick }: FolderFieldProps) {
  const [failure, setFailure] = useState<string>();
  const take = (found: PickedModel | undefined) => {
    setFailure(undefined);
    if (found !== undefined) onPick(found);
  };
  return (
    <div className="model-folder">
      {hasDirectoryPicker() ? (
        <button
          type="button"
          onClick={() => void pickFolder().then(take, (error: Error) => setFailure(error.message))}
        >
          Pick the folder …
        </button>
      ) : (
        <label className="file">
          <input
            type="file"
            aria-label="Pick the folder"
            onChange={({ target }) => take(folderOf(target.files))}
            {...{ webkitdirectory: '' }}
          />
          <span>Pick the folder …</span>
        </label>
      )}
      <span className="hint" role="status">
        {failure ?? picked?.name ?? 'No folder is picked yet.'}
      </span>
    </div>
  );
}
