import type { PickedModel } from '../store/model-actions.ts';

/** Chromium's; other browsers have the file field alone. */
type WithPicker = Window & {
  showDirectoryPicker?: (options: { mode: 'read' }) => Promise<FileSystemDirectoryHandle>;
};

export function hasDirectoryPicker(): boolean {
  return 'showDirectoryPicker' in window;
}

/** The folder that a person picks; undefined where they picked none. */
export async function pickFolder(): Promise<PickedModel | undefined> {
  try {
    const folder = await (window as WithPicker).showDirectoryPicker!({ mode: 'read' });
    return { name: folder.name, folder };
  } catch (error) {
    if ((error as DOMException).name === 'AbortError') return undefined;
    throw error;
  }
}

/** The folder of a file field that takes folders; undefined where it is empty. */
export function folderOf(files: FileList | null): PickedModel | undefined {
  const folder = [...(files ?? [])];
  if (folder.length === 0) return undefined;
  const [name] = folder[0]!.webkitRelativePath.split('/');
  return { name: name || 'folder', folder };
}
