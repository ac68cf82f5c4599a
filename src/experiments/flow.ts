/**
 * How text reads a picture: the attention that the text behind it pays to each of its tokens, under each
 * position scheme, averaged over samples. An attention map is no evidence that an answer is right, nor
 * that what is looked at decided it.
 */
import { hashImage } from '../data/dataset.ts';
import { processImage } from '../data/image-processors.ts';
import { tokenLayout } from '../data/token-cells.ts';
import type { FlowRecord, FlowShares } from '../results/flow-records.ts';
import { meanShares, requireSame, sixDigits } from '../results/flow-summary.ts';
import { buildManifest, type RunManifest } from '../results/manifest.ts';
import type { Scheme } from '../results/records.ts';
import type { AttentionFlow, Engine, ImageFeatures } from '../runtime/engine.ts';
import type { TokenLayout } from '../tensor/token-view.ts';
import type { FlowPlan, FlowSample } from './flow-plan.ts';
import { RunClock, type RunOptions } from './run-options.ts';

/**
 * Reads what of the plan is not in `done`, each picture encoded once; progress counts samples.
 * @returns all records in the plan's order, those of `done` included
 * @throws a sentence where pictures have their tokens in different grids, which have no mean; the
 *   signal's reason when aborted; `DeviceLostError` when the device went away: every record handed to
 *   `onRecord` is good
 */
export async function runFlow(
  engine: Engine,
  { samples, schemes, heads }: FlowPlan,
  {
    done = new Map<string, FlowRecord>(),
    onRecord,
    onProgress,
    signal,
    gate,
  }: RunOptions<FlowRecord>,
): Promise<FlowRecord[]> {
  const records = new Map(done);
  const clock = new RunClock();
  const missing = (sample: FlowSample) =>
    schemes.filter((scheme) => !records.has(keyOf(sample, scheme)));
  const pending = samples.filter((sample) => missing(sample).length > 0);
  const report = (left: number) =>
    onProgress?.({
      done: samples.length - left,
      total: samples.length,
      millisecondsLeft: clock.estimate(left),
    });
  report(pending.length);
  let layout = [...done.values()][0]?.layout;
  for (const [at, sample] of pending.entries()) {
    signal?.throwIfAborted();
    await gate?.();
    signal?.throwIfAborted();
    const start = performance.now();
    const picture = await encodePicture(engine, sample);
    try {
      layout ??= picture.layout;
      requireSame(layout, picture.layout);
      for (const scheme of missing(sample)) {
        const record = await readSample(engine, sample, picture, scheme, heads);
        records.set(record.key, record);
        await onRecord(record);
      }
    } finally {
      picture.features.release();
    }
    clock.add(performance.now() - start);
    report(pending.length - at - 1);
  }
  return samples.flatMap((sample) => schemes.map((scheme) => records.get(keyOf(sample, scheme))!));
}

function keyOf({ key }: FlowSample, { label }: Scheme): string {
  return `${key}/${label}`;
}

/** The manifest of a planned run. `startedAt` is an ISO 8601 time. */
export function flowManifest(
  engine: Engine,
  dataset: RunManifest['dataset'],
  plan: FlowPlan,
  startedAt: string,
): RunManifest {
  const { prompt, schemes, groups, seed, whiteCells, imageSize, heads } = plan;
  return buildManifest(engine.info, {
    experiment: 'flow',
    imageSize,
    prompt,
    renderedPrompt: engine.renderPrompt(prompt),
    schemes,
    dataset,
    groups,
    seed,
    whiteCells,
    picturesPerBatch: 1,
    ...(heads === undefined ? {} : { settings: { heads } }),
    startedAt,
  });
}

interface SamplePicture {
  readonly features: ImageFeatures;
  readonly layout: TokenLayout;
  readonly imageHash: string;
}

async function encodePicture(engine: Engine, sample: FlowSample): Promise<SamplePicture> {
  const { spec } = engine.info;
  const image = await sample.picture();
  const processed = processImage(image, spec.imageProcessor);
  const layout = tokenLayout(processed, spec);
  const imageHash = await hashImage(image);
  const [features] = await engine.encodeImages([processed]);
  return { features: features!, layout, imageHash };
}

/** Reads one sample under one scheme. */
async function readSample(
  engine: Engine,
  sample: FlowSample,
  { features, layout, imageHash }: SamplePicture,
  scheme: Scheme,
  heads: number | undefined,
): Promise<FlowRecord> {
  const start = performance.now();
  const { strength } = scheme;
  const question = { images: [features], text: sample.prompt };
  const flow = await engine.attentionFlow(question, strength, { reduce: 'layers' });
  const split =
    heads === undefined
      ? undefined
      : await engine.attentionFlow(question, strength, { reduce: 'heads', layer: heads });
  const { rows, kinds, bytes } = flow;
  const layerShares = flow.layers.map((_, layer) => sharesOf(flow, mapOf(flow, layer)));
  return {
    key: keyOf(sample, scheme),
    index: sample.index,
    group: sample.group,
    cell: sample.cell,
    scheme: scheme.label,
    strength,
    imageHash,
    prompt: sample.prompt,
    readers: rows.length,
    imageTokens: kinds.filter((kind) => kind !== 0).length,
    tokens: kinds.length,
    ...meanShares(layerShares),
    layout,
    layers: imageMaps(flow, flow.layers.length),
    layerShares,
    heads: split ? { layer: heads!, maps: imageMaps(split, split.heads) } : null,
    bytes: { held: Math.max(bytes.held, split?.bytes.held ?? 0), matrices: bytes.matrices },
    milliseconds: Math.round((performance.now() - start) * 100) / 100,
  };
}

/** The first `count` maps over the picture's columns (of all pictures of the question: here one). */
function imageMaps(flow: AttentionFlow, count: number): number[][] {
  return Array.from({ length: count }, (_, at) => {
    const map = mapOf(flow, at).filter((__, column) => flow.kinds[column] !== 0);
    return Array.from(map, sixDigits);
  });
}

/** The `at`-th map of a flow, over all columns. */
function mapOf({ attention, kinds }: AttentionFlow, at: number): Float32Array {
  return attention.subarray(at * kinds.length, (at + 1) * kinds.length);
}

function sharesOf({ kinds, rows }: AttentionFlow, map: Float32Array): FlowShares {
  let [image, before, after] = [0, 0, 0];
  map.forEach((value, column) => {
    if (kinds[column] !== 0) image += value;
    else if (column < rows[0]!) before += value;
    else after += value;
  });
  return { image: sixDigits(image), before: sixDigits(before), after: sixDigits(after) };
}
