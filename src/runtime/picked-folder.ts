import type { FileSource } from '../models/checkpoint.ts';

/** A folder that a person picked: by the directory picker, or its files by a file field. */
export type PickedFolder = FileSystemDirectoryHandle | readonly File[];

/** A model folder on the person's own disk, for the tab. Only ranges that are asked for are read. */
export class PickedFolderSource implements FileSource {
  private readonly folder: PickedFolder;

  constructor(folder: PickedFolder) {
    this.folder = folder;
  }

  async size(path: string): Promise<number | undefined> {
    return (await this.file(path))?.size;
  }

  async read(path: string, start = 0, end?: number): Promise<Uint8Array> {
    const file = await this.file(path);
    if (!file)
      throw new Error(
        `The folder has no file ${path}; pick the folder that holds the model's files.`,
      );
    try {
      return new Uint8Array(await file.slice(start, end ?? file.size).arrayBuffer());
    } catch (error) {
      throw new Error(
        `${path} can no longer be read: it was changed or removed since the folder was picked. Pick the folder again.`,
        { cause: error },
      );
    }
  }

  private async file(path: string): Promise<File | undefined> {
    // The field gives the folder's name before each path; files of folders inside are not ours.
    if (!('getFileHandle' in this.folder))
      return this.folder.find(
        ({ webkitRelativePath, name }) =>
          (webkitRelativePath.split('/').slice(1).join('/') || name) === path,
      );
    try {
      return await (await this.folder.getFileHandle(path)).getFile();
    } catch (error) {
      if ((error as DOMException).name === 'NotFoundError') return undefined;
      throw error;
    }
  }
}
