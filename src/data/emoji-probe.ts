/** Reads the embedded data set: one atlas of drawings and an index with their names. */
import { decode } from 'fast-png';
import type { RgbImage } from '../tensor/image.ts';
import { hashParts, type DatasetItem, type ProbeDataset } from './dataset.ts';

interface EmojiIndex {
  readonly name: string;
  readonly version: number;
  readonly cell: number;
  readonly columns: number;
  readonly atlas: string;
  readonly items: readonly DatasetItem[];
}

function parseIndex(bytes: Uint8Array): EmojiIndex {
  let index: EmojiIndex;
  try {
    index = JSON.parse(new TextDecoder().decode(bytes)) as EmojiIndex;
  } catch (error) {
    throw new Error("The data set's index.json is not valid JSON. Fetch the data set again.", {
      cause: error,
    });
  }
  if (index?.version !== 1 || !Array.isArray(index.items) || !index.atlas) {
    throw new Error(
      `The data set's index.json should have "version" 1, "items" and "atlas", but its version is ${JSON.stringify(index?.version)}. Fetch the data set again.`,
    );
  }
  return index;
}

/** Cuts one square out of the atlas; alpha, where there is any, is laid over white. */
function cutCell(
  atlas: { width: number; data: ArrayLike<number>; channels: number },
  left: number,
  top: number,
  cell: number,
): RgbImage {
  const data = new Uint8Array(cell * cell * 3);
  for (let y = 0; y < cell; y++) {
    for (let x = 0; x < cell; x++) {
      const from = ((top + y) * atlas.width + left + x) * atlas.channels;
      const alpha = atlas.channels === 4 ? atlas.data[from + 3]! / 255 : 1;
      for (let channel = 0; channel < 3; channel++) {
        const value = atlas.data[from + channel]!;
        data[(y * cell + x) * 3 + channel] = Math.round(value * alpha + 255 * (1 - alpha));
      }
    }
  }
  return { width: cell, height: cell, data };
}

/**
 * Opens emoji-probe. `read` gets a file of the data set's folder (`index.json`, then the atlas it
 * names); page and command line pass their own, everything after that is one code path.
 * @throws when a file is missing, damaged, or the two do not fit each other
 */
export async function loadEmojiProbe(
  read: (file: string) => Promise<Uint8Array>,
): Promise<ProbeDataset> {
  const indexBytes = await read('index.json');
  const index = parseIndex(indexBytes);
  const atlasBytes = await read(index.atlas);
  let atlas;
  try {
    atlas = decode(atlasBytes);
  } catch (error) {
    throw new Error(
      `The data set's picture ${index.atlas} cannot be read as a PNG. Fetch the data set again.`,
      { cause: error },
    );
  }
  const rows = Math.ceil(index.items.length / index.columns);
  const [width, height] = [index.columns * index.cell, rows * index.cell];
  if (atlas.width < width || atlas.height < height || atlas.depth !== 8 || atlas.channels < 3) {
    throw new Error(
      `The data set's picture ${index.atlas} should be an 8-bit colour PNG of at least ${width}x${height} pixels, but is ${atlas.width}x${atlas.height} with ${atlas.channels} channels of ${atlas.depth} bits. Fetch the data set again.`,
    );
  }
  const slots = new Map(index.items.map((item, slot) => [item.id, slot]));
  return {
    name: index.name,
    hash: await hashParts([indexBytes, atlasBytes]),
    cell: index.cell,
    items: index.items.map(({ id, caption }) => ({ id, caption })),
    picture(id) {
      const slot = slots.get(id);
      if (slot === undefined) {
        return Promise.reject(new Error(`The data set ${index.name} has no picture "${id}".`));
      }
      const left = (slot % index.columns) * index.cell;
      const top = Math.floor(slot / index.columns) * index.cell;
      return Promise.resolve(cutCell(atlas, left, top, index.cell));
    },
  };
}
