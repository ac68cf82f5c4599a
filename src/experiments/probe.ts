/** Runs a planned probe on an engine. */
import { hashImage, type ProbeDataset } from '../data/dataset.ts';
import { composeGrid } from '../data/grid.ts';
import { processImage } from '../data/image-processors.ts';
import { buildManifest, type RunManifest } from '../results/manifest.ts';
import { parseAnswer } from '../results/parse-answer.ts';
import type { ProbeRecord, Scheme } from '../results/records.ts';
import type { Answer, Engine } from '../runtime/engine.ts';
import type { RgbImage } from '../tensor/image.ts';
import { recordKey, type ProbeItem, type ProbePicture, type ProbePlan } from './probe-plan.ts';
import { RunClock, type RunOptions } from './run-options.ts';

export { planProbe, type ProbeItem, type ProbeOptions, type ProbePlan } from './probe-plan.ts';

/** Progress counts records, those of an earlier run included. */
export interface ProbeRunOptions extends RunOptions<ProbeRecord> {
  /** Tokens of an answer whose first token is neither Yes nor No. */
  readonly maxNewTokens?: number;
}

/** An answer of an engine that says neither Yes nor No at once may run on this far. */
const MAX_NEW_TOKENS = 16;

/**
 * Runs what of the plan is not in `done`, batch after batch. Each composited picture is encoded once
 * and serves both questions and all schemes. A batch with one missing record is computed whole, so
 * that a resumed run gives what an uninterrupted one gives.
 * @returns all records in the plan's order, those of `done` included
 * @throws a sentence where `done` holds another run's records; the signal's reason when aborted;
 *   `DeviceLostError` when the device went away: every record
 *   handed to `onRecord` is good, resume from them on a new engine
 */
export async function runProbe(
  engine: Engine,
  dataset: ProbeDataset,
  plan: ProbePlan,
  options: ProbeRunOptions,
): Promise<ProbeRecord[]> {
  const { done = new Map<string, ProbeRecord>(), onRecord, onProgress, signal, gate } = options;
  checkDone(plan, done);
  const records: ProbeRecord[] = [];
  const clock = new RunClock();
  const pending = plan.batches.filter((batch) => missingKeys(batch, plan.schemes, done) > 0);
  let left = pending.length;
  const report = (count: number) =>
    onProgress?.({ done: count, total: plan.total, millisecondsLeft: clock.estimate(left) });
  let written = countDone(plan, done);
  report(written);

  for (const batch of plan.batches) {
    if (missingKeys(batch, plan.schemes, done) === 0) {
      records.push(...knownRecords(batch, plan.schemes, done));
      continue;
    }
    signal?.throwIfAborted();
    await gate?.();
    signal?.throwIfAborted();
    const start = performance.now();
    const computed = await runBatch(engine, dataset, plan, batch, options.maxNewTokens);
    clock.add(performance.now() - start);
    left--;
    for (const record of computed) {
      const known = done.get(record.key);
      records.push(known ?? record);
      if (known) continue;
      await onRecord(record);
      written++;
    }
    report(written);
  }
  return records;
}

/** @throws a sentence where a record of an earlier run is not of this plan's item */
function checkDone(plan: ProbePlan, done: ReadonlyMap<string, ProbeRecord>): void {
  if (done.size === 0) return;
  for (const item of plan.items) {
    for (const scheme of plan.schemes) {
      const record = done.get(recordKey(item, scheme));
      if (!record) continue;
      const same =
        record.caption === item.caption &&
        record.prompt === item.prompt &&
        record.strength === scheme.strength &&
        record.pictures.join() === item.pictures.join();
      if (same) continue;
      throw new Error(
        `The record ${record.key} of the run to resume is about "${record.caption}" among other pictures or at another strength than this run's item ("${item.caption}"). Start a new run instead.`,
      );
    }
  }
}

function missingKeys(
  batch: readonly ProbePicture[],
  schemes: readonly Scheme[],
  done: ReadonlyMap<string, ProbeRecord>,
): number {
  const items = batch.flatMap((picture) => picture.items);
  return items.reduce(
    (missing, item) =>
      missing + schemes.filter((scheme) => !done.has(recordKey(item, scheme))).length,
    0,
  );
}

function knownRecords(
  batch: readonly ProbePicture[],
  schemes: readonly Scheme[],
  done: ReadonlyMap<string, ProbeRecord>,
): ProbeRecord[] {
  const items = batch.flatMap((picture) => picture.items);
  return items.flatMap((item) => schemes.map((scheme) => done.get(recordKey(item, scheme))!));
}

function countDone(plan: ProbePlan, done: ReadonlyMap<string, ProbeRecord>): number {
  if (done.size === 0) return 0;
  return plan.total - missingKeys(plan.batches.flat(), plan.schemes, done);
}

/** Composes, encodes and asks; gives the records of the batch in order. */
async function runBatch(
  engine: Engine,
  dataset: ProbeDataset,
  plan: ProbePlan,
  batch: readonly ProbePicture[],
  maxNewTokens = MAX_NEW_TOKENS,
): Promise<ProbeRecord[]> {
  const start = performance.now();
  const images = await Promise.all(
    batch.map((picture) => composePicture(dataset, picture.pictures)),
  );
  const hashes = await Promise.all(images.map(hashImage));
  const { imageProcessor } = engine.info.spec;
  const features = await engine.encodeImages(
    images.map((image) => processImage(image, imageProcessor)),
  );
  const asked = batch.flatMap((picture, at) =>
    picture.items.map((item) => ({ item, image: features[at]!, imageHash: hashes[at]! })),
  );
  const questions = asked.map(({ item, image }) => ({ images: [image], text: item.prompt }));
  const strengths = plan.schemes.map((scheme) => scheme.strength);
  let answers: Answer[][];
  try {
    answers = await engine.answer(questions, strengths, maxNewTokens);
  } finally {
    for (const feature of features) feature.release();
  }
  const milliseconds = (performance.now() - start) / (questions.length * strengths.length);
  return asked.flatMap(({ item, imageHash }, row) =>
    plan.schemes.map((scheme, column) =>
      makeRecord(item, scheme, imageHash, answers[row]![column]!, milliseconds),
    ),
  );
}

/** The composited picture of nine item ids; `cell` is the data set's. */
export async function composePicture(
  dataset: Pick<ProbeDataset, 'picture' | 'cell'>,
  ids: readonly (string | null)[],
): Promise<RgbImage> {
  const pictures = await Promise.all(ids.map((id) => (id === null ? null : dataset.picture(id))));
  return composeGrid(pictures, dataset.cell);
}

function makeRecord(
  item: ProbeItem,
  scheme: Scheme,
  imageHash: string,
  answer: Answer,
  milliseconds: number,
): ProbeRecord {
  return {
    key: recordKey(item, scheme),
    index: item.index,
    group: item.group,
    cell: item.cell,
    polarity: item.polarity,
    scheme: scheme.label,
    strength: scheme.strength,
    imageHash,
    pictures: item.pictures,
    caption: item.caption,
    prompt: item.prompt,
    answer: item.answer,
    prediction: parseAnswer(answer.output),
    output: answer.output,
    margin: answer.margin,
    decoded: answer.decoded,
    milliseconds: Math.round(milliseconds * 100) / 100,
  };
}

/** The manifest of a planned run. `startedAt` is an ISO 8601 time. */
export function probeManifest(
  engine: Engine,
  dataset: ProbeDataset,
  plan: ProbePlan,
  startedAt: string,
): RunManifest {
  return buildManifest(engine.info, {
    experiment: 'probe',
    imageSize: { width: plan.cell * 3, height: plan.cell * 3 },
    prompt: plan.prompt,
    renderedPrompt: engine.renderPrompt(plan.prompt),
    schemes: plan.schemes,
    dataset: { name: dataset.name, hash: dataset.hash, items: dataset.items.length },
    groups: plan.groups.length,
    seed: plan.seed,
    whiteCells: plan.whiteCells,
    picturesPerBatch: plan.picturesPerBatch,
    startedAt,
  });
}
