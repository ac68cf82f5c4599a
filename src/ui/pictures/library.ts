/** The page's pictures by id: the embedded data set's drawings and the person's own. */
import type { ProbeDataset } from '../../data/dataset.ts';
import { composeGrid } from '../../data/grid.ts';
import type { OwnPicture } from '../../protocol/picture-set.ts';
import type { RgbImage } from '../../tensor/image.ts';

export interface PictureLibrary {
  /** Side of a grid cell in pixels. */
  cell(): number;
  setDataset(dataset: ProbeDataset): void;
  addOwn(picture: OwnPicture): void;
  /** Takes a picture off the list; with `keepImage` its pixels stay for the results that show it. */
  removeOwn(id: string, options: { keepImage: boolean }): void;
  /** Keeps a picture of an earlier page for the results that show it, unless the id is taken. */
  keepImage(id: string, image: RgbImage): void;
  /** Whether an id is taken, by a removed picture too. */
  has(id: string): boolean;
  own(): readonly OwnPicture[];
  /** Rejects with a sentence on an unknown id. */
  picture(id: string): Promise<RgbImage>;
  /**
   * Nine pictures on a white canvas of `3 * cell` pixels a side (the data set's cell where absent),
   * made anew on every call.
   */
  grid(ids: readonly (string | null)[], cell?: number): Promise<RgbImage>;
}

const CELL_BEFORE_DATASET = 168;

export function createPictureLibrary(): PictureLibrary {
  let dataset: ProbeDataset | undefined;
  const own = new Map<string, OwnPicture>();
  const removed = new Map<string, RgbImage>();

  async function picture(id: string): Promise<RgbImage> {
    const mine = own.get(id)?.image ?? removed.get(id);
    if (mine !== undefined) return mine;
    if (dataset === undefined) {
      throw new Error(`The picture "${id}" was asked for before the data set was read.`);
    }
    return dataset.picture(id);
  }

  const has = (id: string) =>
    own.has(id) || removed.has(id) || (dataset?.items.some((item) => item.id === id) ?? false);

  return {
    cell: () => dataset?.cell ?? CELL_BEFORE_DATASET,
    setDataset(next) {
      dataset = next;
    },
    addOwn(added) {
      own.set(added.id, added);
    },
    removeOwn(id, { keepImage }) {
      const picture = own.get(id);
      own.delete(id);
      if (keepImage && picture !== undefined) removed.set(id, picture.image);
    },
    keepImage(id, image) {
      if (!has(id)) removed.set(id, image);
    },
    has,
    own: () => [...own.values()],
    picture,
    async grid(ids, cell = dataset?.cell ?? CELL_BEFORE_DATASET) {
      const pictures = await Promise.all(ids.map((id) => (id === null ? null : picture(id))));
      return composeGrid(pictures, cell);
    },
  };
}
