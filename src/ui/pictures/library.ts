/** The page's pictures by id: the embedded data set's drawings and the person's own. */
import type { ProbeDataset } from '../../data/dataset.ts';
import { composeGrid } from '../../data/grid.ts';
import type { OwnPicture } from '../../protocol/workbench.ts';
import type { RgbImage } from '../../tensor/image.ts';

export interface PictureLibrary {
  /** Side of a grid cell in pixels. */
  cell(): number;
  setDataset(dataset: ProbeDataset): void;
  addOwn(picture: OwnPicture): void;
  removeOwn(id: string): void;
  own(): readonly OwnPicture[];
  /** Rejects with a sentence on an unknown id. */
  picture(id: string): Promise<RgbImage>;
  /** Nine pictures on a white canvas of `3 * cell` pixels a side, made anew on every call. */
  grid(ids: readonly (string | null)[]): Promise<RgbImage>;
}

const CELL_BEFORE_DATASET = 168;

export function createPictureLibrary(): PictureLibrary {
  let dataset: ProbeDataset | undefined;
  const own = new Map<string, OwnPicture>();

  async function picture(id: string): Promise<RgbImage> {
    const mine = own.get(id);
    if (mine !== undefined) return mine.image;
    if (dataset === undefined) {
      throw new Error(`The picture "${id}" was asked for before the data set was read.`);
    }
    return dataset.picture(id);
  }

  return {
    cell: () => dataset?.cell ?? CELL_BEFORE_DATASET,
    setDataset(next) {
      dataset = next;
    },
    addOwn(added) {
      own.set(added.id, added);
    },
    removeOwn(id) {
      own.delete(id);
    },
    own: () => [...own.values()],
    picture,
    async grid(ids) {
      const pictures = await Promise.all(ids.map((id) => (id === null ? null : picture(id))));
      return composeGrid(pictures, dataset?.cell ?? CELL_BEFORE_DATASET);
    },
  };
}
