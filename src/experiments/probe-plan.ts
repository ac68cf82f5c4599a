/** The fixed order of a probe: which picture, which question, which batch. A pure function of its inputs. */
import type { ProbeDataset } from '../data/dataset.ts';
import { gridPictures, makeGroups, whiteCells, type ProbeGroup } from '../data/groups.ts';
import { CELLS, type Cell, type Polarity, type Scheme } from '../results/records.ts';
import { PROBE_PROMPT, probePrompt } from './probe-prompt.ts';

/** One question about one picture; every scheme answers it. */
export interface ProbeItem {
  /** Position in the run's fixed order, over all items. */
  readonly index: number;
  readonly group: number;
  readonly cell: Cell;
  readonly polarity: Polarity;
  /** Item ids of the nine pictures in reading order; null is white. */
  readonly pictures: readonly (string | null)[];
  readonly caption: string;
  /** The question's text, without the chat template. */
  readonly prompt: string;
  readonly answer: 'Yes' | 'No';
}

/** One composited picture and the items that ask about it, positive first. */
export interface ProbePicture {
  readonly pictures: readonly (string | null)[];
  readonly items: readonly ProbeItem[];
}

export interface ProbeOptions {
  readonly groups: number;
  readonly seed: number;
  readonly schemes: readonly Scheme[];
  /** Pictures encoded and answered together; nine (a group) where absent. */
  readonly picturesPerBatch?: number;
}

export interface ProbePlan {
  readonly seed: number;
  readonly schemes: readonly Scheme[];
  readonly groups: readonly ProbeGroup[];
  readonly items: readonly ProbeItem[];
  readonly batches: readonly (readonly ProbePicture[])[];
  readonly picturesPerBatch: number;
  /** Side of a grid cell in pixels. */
  readonly cell: number;
  readonly whiteCells: number;
  /** The question with `{caption}` in place of the caption. */
  readonly prompt: string;
  /** Records that a whole run writes: items times schemes. */
  readonly total: number;
}

/**
 * Plans a probe. The order is group, cell, positive then negative; the batches are consecutive
 * pictures, so that they depend on nothing but the item index.
 * @throws when the data set is too small or a number is out of range
 */
export function planProbe(
  dataset: Pick<ProbeDataset, 'items' | 'cell' | 'targets'>,
  options: ProbeOptions,
): ProbePlan {
  const { seed, schemes, picturesPerBatch = CELLS.length } = options;
  if (schemes.length === 0) throw new Error('A probe needs at least one scheme. Name one.');
  if (!Number.isInteger(picturesPerBatch) || picturesPerBatch < 1) {
    throw new Error(
      `The number of pictures in a batch has to be a whole number from 1, but is ${picturesPerBatch}.`,
    );
  }
  const targets = dataset.targets ? { targets: dataset.targets } : {};
  const groups = makeGroups(dataset.items, { groups: options.groups, seed, ...targets });
  const captions = new Map(dataset.items.map((item) => [item.id, item.caption]));
  const pictures = groups.flatMap((group) =>
    CELLS.map((_, cell) => planPicture(group, cell, captions)),
  );
  const items = pictures.flatMap((picture) => picture.items);
  return {
    seed,
    schemes,
    groups,
    items,
    batches: splitEvery(pictures, picturesPerBatch),
    picturesPerBatch,
    cell: dataset.cell,
    whiteCells: dataset.targets ? 0 : whiteCells(dataset.items),
    prompt: PROBE_PROMPT,
    total: items.length * schemes.length,
  };
}

function planPicture(
  group: ProbeGroup,
  cell: number,
  captions: ReadonlyMap<string, string>,
): ProbePicture {
  const pictures = gridPictures(group, cell);
  const first = (group.group * CELLS.length + cell) * 2;
  const item = (polarity: Polarity, offset: number, id: string): ProbeItem => {
    const caption = captions.get(id)!;
    return {
      index: first + offset,
      group: group.group,
      cell: CELLS[cell]!,
      polarity,
      pictures,
      caption,
      prompt: probePrompt(caption),
      answer: polarity === 'positive' ? 'Yes' : 'No',
    };
  };
  return {
    pictures,
    items: [item('positive', 0, group.target), item('negative', 1, group.negative)],
  };
}

function splitEvery<T>(values: readonly T[], size: number): T[][] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, part) => values.slice(part * size, (part + 1) * size));
}

/** The key of a record: unique in a run, the same in every run of the same plan. */
export function recordKey(item: ProbeItem, scheme: Scheme): string {
  return `${item.group}/${item.cell}/${item.polarity}/${scheme.label}`;
}
