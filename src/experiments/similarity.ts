/**
 * How alike a caption is to a picture that shows its target alone, cell by cell: whether the encoder
 * understands the target wherever it stands. Positions have no part in it, so no scheme has.
 */
import { hashImage, type ProbeDataset } from '../data/dataset.ts';
import { makeGroups } from '../data/groups.ts';
import { processImage } from '../data/image-processors.ts';
import { tokenCells } from '../data/token-cells.ts';
import { buildManifest, type RunManifest } from '../results/manifest.ts';
import { CELLS } from '../results/records.ts';
import type { SimilarityRecord } from '../results/similarity.ts';
import type { Engine, Similarity } from '../runtime/engine.ts';
import { composePicture } from './probe.ts';
import { RunClock, type RunOptions } from './run-options.ts';

/** Where the targets' pictures come from. */
export type SimilarityPictures = Pick<ProbeDataset, 'picture' | 'cell'>;

/** A target, which walks through the nine cells. */
export interface SimilarityTarget {
  readonly id: string;
  readonly caption: string;
}

export interface SimilarityItem extends SimilarityTarget {
  readonly key: string;
  readonly index: number;
  readonly group: number;
  /** 0 to 8 in reading order. */
  readonly cell: number;
}

export interface SimilarityPlan {
  readonly seed: number;
  readonly groups: number;
  readonly batches: readonly (readonly SimilarityItem[])[];
  readonly picturesPerBatch: number;
  readonly total: number;
}

export interface SimilarityOptions {
  readonly groups: number;
  readonly seed: number;
  /** Pictures encoded together; nine (a group) where absent. */
  readonly picturesPerBatch?: number | undefined;
}

/**
 * Plans pictures of the same targets that a probe with this seed has.
 * @throws when the data set is too small or a number is out of range
 */
export function planSimilarity(
  { items, targets }: Pick<ProbeDataset, 'items' | 'targets'>,
  { groups, seed, picturesPerBatch }: SimilarityOptions,
): SimilarityPlan {
  const captions = new Map(items.map(({ id, caption }) => [id, caption]));
  const drawn = makeGroups(items, { groups, seed, ...(targets ? { targets } : {}) });
  const chosen = drawn.map(({ target }) => ({ id: target, caption: captions.get(target)! }));
  return planTargets(chosen, seed, picturesPerBatch);
}

/** Plans the nine pictures of each target, in the order given. */
export function planTargets(
  targets: readonly SimilarityTarget[],
  seed: number,
  picturesPerBatch: number = CELLS.length,
): SimilarityPlan {
  const items = targets.flatMap((target, group) =>
    CELLS.map((name, cell) => ({
      ...target,
      key: `${group}/${name}`,
      index: group * CELLS.length + cell,
      group,
      cell,
    })),
  );
  const batches = Array.from({ length: Math.ceil(items.length / picturesPerBatch) }, (_, batch) =>
    items.slice(batch * picturesPerBatch, (batch + 1) * picturesPerBatch),
  );
  return { seed, groups: targets.length, batches, picturesPerBatch, total: items.length };
}

/**
 * Runs what of the plan is not in `done`, batch after batch; progress counts pictures. A batch with one
 * missing record is computed whole, for last digits may depend on what is encoded together.
 * @returns all records in the plan's order, those of `done` included
 * @throws the signal's reason when aborted; `DeviceLostError` when the device went away: every record
 *   handed to `onRecord` is good
 */
export async function runSimilarity(
  engine: Engine,
  pictures: SimilarityPictures,
  plan: SimilarityPlan,
  options: RunOptions<SimilarityRecord>,
): Promise<SimilarityRecord[]> {
  const {
    done = new Map<string, SimilarityRecord>(),
    onRecord,
    onProgress,
    signal,
    gate,
  } = options;
  const pending = plan.batches.filter((batch) => batch.some(({ key }) => !done.has(key)));
  const records = new Map(done);
  const clock = new RunClock();
  const report = (left: number) =>
    onProgress?.({
      done: records.size,
      total: plan.total,
      millisecondsLeft: clock.estimate(left),
    });
  report(pending.length);
  for (const [at, batch] of pending.entries()) {
    signal?.throwIfAborted();
    await gate?.();
    signal?.throwIfAborted();
    const start = performance.now();
    const found = await runBatch(engine, pictures, batch);
    clock.add(performance.now() - start);
    for (const record of found) {
      if (records.has(record.key)) continue;
      records.set(record.key, record);
      await onRecord(record);
    }
    report(pending.length - at - 1);
  }
  return plan.batches.flat().map(({ key }) => records.get(key)!);
}

/** Composes, encodes and compares; gives the records of the batch in order. */
async function runBatch(
  engine: Engine,
  pictures: SimilarityPictures,
  batch: readonly SimilarityItem[],
): Promise<SimilarityRecord[]> {
  const start = performance.now();
  const { spec } = engine.info;
  const images = await Promise.all(batch.map((item) => composePicture(pictures, alone(item))));
  const hashes = await Promise.all(images.map(hashImage));
  const processed = images.map((image) => processImage(image, spec.imageProcessor));
  const own = batch.map(({ cell }, at) => {
    const cells = tokenCells(processed[at]!, spec);
    return [...cells.keys()].filter((token) => cells[token] === cell);
  });
  const captions = [...new Set(batch.map(({ caption }) => caption))];
  const features = await engine.encodeImages(processed);
  let similarities: Similarity[][];
  try {
    similarities = await engine.similarity(features, captions, own);
  } finally {
    for (const feature of features) feature.release();
  }
  const milliseconds = (performance.now() - start) / batch.length;
  return batch.map(({ key, index, group, cell, id, caption }, at) => {
    const { max, mean, chosen } = similarities[at]![captions.indexOf(caption)]!;
    return {
      key,
      index,
      group,
      cell: CELLS[cell]!,
      target: id,
      caption,
      imageHash: hashes[at]!,
      max,
      mean,
      own: chosen,
      milliseconds: Math.round(milliseconds * 100) / 100,
    };
  });
}

/** Nine picture ids of which one alone is there. */
function alone({ id, cell }: SimilarityItem): (string | null)[] {
  return CELLS.map((_, at) => (at === cell ? id : null));
}

/** What a similarity run says of where its pictures come from. */
export type SimilaritySource = RunManifest['dataset'];

/** The manifest of a planned run. `startedAt` is an ISO 8601 time, `side` that of a grid cell. */
export function similarityManifest(
  engine: Engine,
  { dataset, side }: { dataset: SimilaritySource; side: number },
  { groups, seed, picturesPerBatch }: SimilarityPlan,
  startedAt: string,
): RunManifest {
  return buildManifest(engine.info, {
    experiment: 'similarity',
    imageSize: { width: side * 3, height: side * 3 },
    // The caption stands alone, outside the chat template.
    prompt: '{caption}',
    renderedPrompt: '{caption}',
    schemes: [],
    dataset,
    groups,
    seed,
    whiteCells: 0,
    picturesPerBatch,
    startedAt,
  });
}
