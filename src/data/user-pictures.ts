/** A data set from a person's own pictures, decoded by the caller (the tab's or Node's decoder). */
import type { RgbImage } from '../tensor/image.ts';
import { hashParts, type ProbeDataset } from './dataset.ts';
import { CAPTIONS_FOR_A_FULL_GRID } from './groups.ts';

/** Cell side of the published probe: an 840x840 canvas of nine cells. */
export const REFERENCE_CELL = 280;

/** A picture is refused above this many pixels, before its decoding can exhaust the memory. */
export const MAX_PICTURE_PIXELS = 50_000_000;

export interface UserPicture {
  /** Unique in the set, e.g. the file's name. */
  readonly id: string;
  readonly caption: string;
  readonly image: RgbImage;
}

/**
 * A data set of own pictures; their grids have cells of `cell` pixels.
 * @throws when an id comes twice, a caption is empty, or a picture is too large
 */
export async function userPictures(
  name: string,
  pictures: readonly UserPicture[],
  cell = REFERENCE_CELL,
): Promise<ProbeDataset> {
  const byId = new Map<string, UserPicture>();
  for (const picture of pictures) {
    checkPicture(picture);
    if (byId.has(picture.id)) {
      throw new Error(`Two pictures are called "${picture.id}". Rename one of them.`);
    }
    byId.set(picture.id, picture);
  }
  const encoder = new TextEncoder();
  const hash = await hashParts(
    pictures.flatMap(({ id, caption, image }) => [
      encoder.encode(JSON.stringify([id, caption, image.width, image.height])),
      image.data,
    ]),
  );
  return {
    name,
    hash,
    cell,
    items: pictures.map(({ id, caption }) => ({ id, caption })),
    picture(id) {
      const picture = byId.get(id);
      return picture
        ? Promise.resolve(picture.image)
        : Promise.reject(new Error(`The data set ${name} has no picture "${id}".`));
    },
  };
}

function checkPicture({ id, caption, image }: UserPicture): void {
  if (caption.trim() === '') {
    throw new Error(`The picture "${id}" has no caption. Write what it shows in a few words.`);
  }
  checkPictureSize(id, image.width, image.height);
}

/** @throws a sentence for the reader when a picture has no pixels or more than can be handled */
export function checkPictureSize(id: string, width: number, height: number): void {
  if (width >= 1 && height >= 1 && width * height <= MAX_PICTURE_PIXELS) return;
  throw new Error(
    `The picture "${id}" has ${width}x${height} pixels, but between 1 and ${MAX_PICTURE_PIXELS / 1e6} million pixels can be handled. Make it smaller.`,
  );
}

/**
 * A person's own pictures as a data set to probe: with enough different captions for a grid they are
 * among themselves, in the published probe's cells; with fewer they are the only targets, among the
 * pictures of `embedded`, in its cells.
 * @throws as `userPictures`
 */
export async function ownDataset(
  name: string,
  pictures: readonly UserPicture[],
  embedded: ProbeDataset,
): Promise<ProbeDataset> {
  const captions = new Set(pictures.map(({ caption }) => caption.trim().toLowerCase()));
  if (captions.size >= CAPTIONS_FOR_A_FULL_GRID) return userPictures(name, pictures);
  return withFillers(await userPictures(name, pictures, embedded.cell), embedded);
}

/**
 * Own pictures as the only targets, with another set's pictures as distractors and negatives, so that
 * a single own picture can be probed. The cell size is the fillers'.
 */
export async function withFillers(own: ProbeDataset, fillers: ProbeDataset): Promise<ProbeDataset> {
  const ownIds = new Set(own.items.map((item) => item.id));
  const ownCaptions = new Set(own.items.map((item) => item.caption.trim().toLowerCase()));
  const added = fillers.items.filter(
    (item) => !ownIds.has(item.id) && !ownCaptions.has(item.caption.trim().toLowerCase()),
  );
  const encoder = new TextEncoder();
  return {
    name: `${own.name} among ${fillers.name}`,
    hash: await hashParts([encoder.encode(own.hash), encoder.encode(fillers.hash)]),
    cell: fillers.cell,
    items: [...own.items, ...added],
    targets: own.targets ?? own.items.map((item) => item.id),
    picture: (id) => (ownIds.has(id) ? own.picture(id) : fillers.picture(id)),
  };
}
