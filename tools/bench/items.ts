import { openDataset } from '../../src/cli/open-dataset.ts';
import { composeGrid } from '../../src/data/grid.ts';
import { gridPictures, makeGroups } from '../../src/data/groups.ts';
import { probePrompt } from '../../src/experiments/probe-prompt.ts';
import type { RgbImage } from '../../src/tensor/image.ts';

/** One question of the probe. */
export interface Item {
  readonly image: RgbImage;
  readonly caption: string;
  /** The user turn's text around the caption. */
  readonly text: string;
}

const SEED = 7;

/** The nine pictures of one group of emoji-probe, its target in each cell, each with the target's caption. */
export async function makeItems(): Promise<Item[]> {
  const dataset = await openDataset('emoji-probe');
  const [group] = makeGroups(dataset.items, { groups: 1, seed: SEED });
  if (group === undefined) throw new Error('The data set emoji-probe gave no group to measure on.');
  const caption = dataset.items.find(({ id }) => id === group.target)?.caption ?? group.target;
  return Promise.all(
    Array.from({ length: 9 }, async (_, cell) => {
      const ids = gridPictures(group, cell);
      const pictures = await Promise.all(
        ids.map((id) => (id === null ? null : dataset.picture(id))),
      );
      return { image: composeGrid(pictures, dataset.cell), caption, text: probePrompt(caption) };
    }),
  );
}
