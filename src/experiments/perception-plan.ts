/** The fixed order of perception maps: which picture is covered, and which question is asked of it. */
import type { ProbeDataset } from '../data/dataset.ts';
import type { Fill } from '../data/pixel-planes.ts';
import type { PerceptionMode } from '../results/perception-records.ts';
import { CELLS } from '../results/records.ts';
import type { RgbImage } from '../tensor/image.ts';
import { planProbe, type ProbeItem, type ProbeOptions, type ProbePlan } from './probe-plan.ts';
import { PROBE_PROMPT, probePrompt } from './probe-prompt.ts';
import { composePicture } from './probe.ts';

/** The published evaluation's size and seed. */
export const PERCEPTION_GROUPS = 20;
export const PERCEPTION_SEED = 1;

/** Tiles of the published code's maps, across and down: 42 pixels of 840. */
export const REFERENCE_TILES = 20;

/** How pictures are covered. */
export interface CoverOptions {
  readonly schemes: ProbeOptions['schemes'];
  readonly modes: readonly PerceptionMode[];
  readonly fill: Fill;
  /** Tiles across and down in the mode `reference`, and what `auto` comes near to in the others. */
  readonly tiles?: number | undefined;
  /** Patches of a tile's side in every mode but `reference`. */
  readonly tile: number | 'auto';
  /** Covered pictures encoded and scored together at most; fewer where memory does not allow it. */
  readonly batch: number;
}

export interface PerceptionOptions extends CoverOptions {
  readonly groups: number;
  readonly seed: number;
}

/** A picture with the question about its target; `index` counts pictures. */
export interface PerceptionItem extends ProbeItem {
  picture(): Promise<RgbImage>;
}

export interface PerceptionPlan
  extends CoverOptions, Pick<ProbePlan, 'seed' | 'cell' | 'whiteCells' | 'prompt'> {
  readonly tiles: number;
  readonly groups: number;
  readonly items: readonly PerceptionItem[];
  /** Records that a whole run writes: pictures × schemes × modes. */
  readonly total: number;
}

/**
 * Plans perception maps: the pictures and positive questions of the probe, group by group, cell by cell.
 * @throws when the data set is too small or a number is out of range
 */
export function planPerception(
  dataset: Pick<ProbeDataset, 'items' | 'cell' | 'targets' | 'picture'>,
  { groups, seed, ...cover }: PerceptionOptions,
): PerceptionPlan {
  const { cell, whiteCells, prompt, batches } = planProbe(dataset, {
    groups,
    seed,
    schemes: cover.schemes,
  });
  const items = batches.flat().map(({ pictures, items: [positive] }, index) => ({
    ...positive!,
    index,
    picture: () => composePicture(dataset, pictures),
  }));
  return planItems(items, { cell, whiteCells, prompt, groups, seed }, cover);
}

/** A picture of nine cells that was put together by hand. */
export interface OnePicture {
  readonly image: RgbImage;
  /** Ids of the nine pictures in reading order; null is white. */
  readonly pictures: readonly (string | null)[];
  readonly caption: string;
  /** 0 to 8: where the target is. */
  readonly cell: number;
  /** Side of a grid cell in pixels. */
  readonly side: number;
}

/** Perception maps of one picture, asked the probe's question. */
export function planPicture(
  { image, pictures, caption, cell, side }: OnePicture,
  cover: CoverOptions,
): PerceptionPlan {
  const item: PerceptionItem = {
    index: 0,
    group: 0,
    cell: CELLS[cell]!,
    polarity: 'positive',
    pictures,
    caption,
    prompt: probePrompt(caption),
    answer: 'Yes',
    picture: () => Promise.resolve(image),
  };
  const where = { cell: side, whiteCells: 0, prompt: PROBE_PROMPT, groups: 1, seed: 0 };
  return planItems([item], where, cover);
}

function planItems(
  items: readonly PerceptionItem[],
  where: Pick<PerceptionPlan, 'cell' | 'whiteCells' | 'prompt' | 'groups' | 'seed'>,
  cover: CoverOptions,
): PerceptionPlan {
  const { modes, schemes, tiles = REFERENCE_TILES } = cover;
  if (modes.length === 0) throw new Error('Perception maps need at least one mode. Name one.');
  if (!Number.isInteger(tiles) || tiles < 1)
    throw new Error(`The number of tiles has to be a whole number from 1, but is ${tiles}.`);
  return { ...where, ...cover, tiles, items, total: items.length * schemes.length * modes.length };
}
