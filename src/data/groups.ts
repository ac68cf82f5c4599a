/**
 * Probe groups: a target, eight distractors that keep their order while the target walks through the
 * nine cells, and the caption of something that is in none of them.
 */
import type { DatasetItem } from './dataset.ts';
import { GRID_CELLS } from './grid.ts';
import { seededRandom } from './seeded-random.ts';

export interface ProbeGroup {
  /** 0-based number in the run. */
  readonly group: number;
  /** Item id of the target; its caption is asked in the positive items. */
  readonly target: string;
  /** Item ids in order, eight of them; null leaves a cell white. */
  readonly distractors: readonly (string | null)[];
  /** Item id whose caption is asked in the negative items. Its picture is not shown. */
  readonly negative: string;
}

export interface GroupOptions {
  readonly groups: number;
  readonly seed: number;
  /** Ids that may be a target; all where absent. */
  readonly targets?: readonly string[];
}

/** Nine pictures and one caption of something else. With fewer captions, cells stay white. */
export const CAPTIONS_FOR_A_FULL_GRID = GRID_CELLS + 1;

/** Distinct captions, compared without case and outer space: two spellings are one thing. */
function captionKey(item: DatasetItem): string {
  return item.caption.trim().toLowerCase();
}

/**
 * Seeded groups. Targets run through a shuffled order of all of them, again and again, so that none
 * comes twice before all came once; the first N groups do not depend on how many are asked for.
 * Captions inside a group are distinct. With fewer than ten distinct captions the cells that have no
 * distractor are white (how many: see {@link whiteCells}).
 * @throws when there are no two captions that differ, or an unknown target is named
 */
export function makeGroups(items: readonly DatasetItem[], options: GroupOptions): ProbeGroup[] {
  const { groups, seed } = options;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new Error(`The number of groups has to be a whole number from 1, but is ${groups}.`);
  }
  if (!Number.isInteger(seed)) {
    throw new Error(`The seed has to be a whole number, but is ${seed}.`);
  }
  if (new Set(items.map(captionKey)).size < 2) {
    throw new Error(
      `A probe needs at least two pictures with different captions (one to show, one to ask for in vain), and ${CAPTIONS_FOR_A_FULL_GRID} to fill the grid; the data set has ${items.length} ${items.length === 1 ? 'picture' : 'pictures'} that tell too few captions apart. Add pictures or captions.`,
    );
  }
  const targets = selectTargets(items, options.targets);
  return Array.from({ length: groups }, (_, group) => {
    const round = Math.floor(group / targets.length);
    const order = seededRandom('targets', seed, round).shuffle(targets);
    return makeGroup(items, order[group % targets.length]!, group, seed);
  });
}

function selectTargets(
  items: readonly DatasetItem[],
  ids: readonly string[] | undefined,
): readonly DatasetItem[] {
  if (!ids) return items;
  const byId = new Map(items.map((item) => [item.id, item]));
  return ids.map((id) => {
    const item = byId.get(id);
    if (!item)
      throw new Error(`The target "${id}" is not in the data set. Check the list of targets.`);
    return item;
  });
}

function makeGroup(
  items: readonly DatasetItem[],
  target: DatasetItem,
  group: number,
  seed: number,
): ProbeGroup {
  const seen = new Set([captionKey(target)]);
  const others = seededRandom('group', seed, group)
    .shuffle(items)
    .filter((item) => {
      const key = captionKey(item);
      return !seen.has(key) && seen.add(key);
    });
  // The negative comes first, so that a small set runs out of distractors and not of negatives.
  const [negative, ...rest] = others;
  const distractors = Array.from({ length: GRID_CELLS - 1 }, (_, slot) => rest[slot]?.id ?? null);
  return { group, target: target.id, distractors, negative: negative!.id };
}

/** The nine picture ids in reading order with the target in cell `cell` (0 to 8). */
export function gridPictures(group: ProbeGroup, cell: number): (string | null)[] {
  const pictures: (string | null)[] = [...group.distractors];
  pictures.splice(cell, 0, group.target);
  return pictures;
}

/** Cells of each grid that stay white because the data set has too few different captions. */
export function whiteCells(items: readonly DatasetItem[]): number {
  return Math.max(0, CAPTIONS_FOR_A_FULL_GRID - new Set(items.map(captionKey)).size);
}
