/**
 * How text reads a picture: the attention that the text behind it pays to each of its tokens, under each
 * position scheme, averaged over samples. An attention map is no evidence that an answer is right, nor
 * that what is looked at decided it.
 */
import { hashImage } from '../data/dataset.ts';
import { processImage } from '../data/image-processors.ts';
import { tokenLayout } from '../data/token-cells.ts';
import { meanMap, type FlowMaps, type FlowResult } from '../results/flow-maps.ts';
import type { FlowRecord, FlowShares } from '../results/flow-records.ts';
import { buildManifest, type RunManifest } from '../results/manifest.ts';
import type { Scheme } from '../results/records.ts';
import type { AttentionFlow, Engine, ImageFeatures } from '../runtime/engine.ts';
import type { TokenLayout } from '../tensor/token-view.ts';
import type { FlowPlan, FlowSample } from './flow-plan.ts';
import { RunClock, type RunOptions } from './run-options.ts';

export interface FlowRunOptions extends Omit<RunOptions<FlowRecord>, 'done'> {
  /** The layer whose heads are wanted one by one, counted from 0. */
  readonly heads?: number | undefined;
}

/**
 * Reads every sample under every scheme, each picture encoded once; progress counts samples.
 * @throws a sentence where pictures have their tokens in different grids, which have no mean; the
 *   signal's reason when aborted; `DeviceLostError` when the device went away
 */
export async function runFlow(
  engine: Engine,
  { samples, schemes }: FlowPlan,
  { heads, onRecord, onProgress, signal, gate }: FlowRunOptions,
): Promise<{ records: FlowRecord[]; result: FlowResult }> {
  const records: FlowRecord[] = [];
  const means = schemes.map((scheme) => new FlowMean(scheme, heads));
  const clock = new RunClock();
  let layout: TokenLayout | undefined;
  let bytes = { held: 0, matrices: 0 };
  const report = (done: number) => {
    const left = samples.length - done;
    onProgress?.({ done, total: samples.length, millisecondsLeft: clock.estimate(left) });
  };
  report(0);
  for (const [at, sample] of samples.entries()) {
    signal?.throwIfAborted();
    await gate?.();
    signal?.throwIfAborted();
    const start = performance.now();
    const picture = await encodePicture(engine, sample);
    try {
      layout ??= picture.layout;
      requireSame(layout, picture.layout);
      const question = { images: [picture.features], text: sample.prompt };
      for (const [s, scheme] of schemes.entries()) {
        const began = performance.now();
        const { strength } = scheme;
        const flow = await engine.attentionFlow(question, strength, { reduce: 'layers' });
        const split =
          heads === undefined
            ? undefined
            : await engine.attentionFlow(question, strength, { reduce: 'heads', layer: heads });
        const shares = means[s]!.add(flow, split);
        const held = Math.max(bytes.held, flow.bytes.held, split?.bytes.held ?? 0);
        bytes = { held, matrices: Math.max(bytes.matrices, flow.bytes.matrices) };
        const milliseconds = performance.now() - began;
        const { imageHash } = picture;
        const record = makeRecord(sample, scheme, flow, { ...shares, imageHash, milliseconds });
        records.push(record);
        await onRecord(record);
      }
    } finally {
      picture.features.release();
    }
    clock.add(performance.now() - start);
    report(at + 1);
  }
  const result = { layout: layout!, schemes: means.map((mean) => mean.maps()), bytes };
  return { records, result };
}

/** The manifest of a planned run. `startedAt` is an ISO 8601 time. */
export function flowManifest(
  engine: Engine,
  dataset: RunManifest['dataset'],
  plan: FlowPlan,
  startedAt: string,
): RunManifest {
  const { prompt, schemes, groups, seed, whiteCells, imageSize } = plan;
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

function requireSame(first: TokenLayout, now: TokenLayout): void {
  if (JSON.stringify(first) === JSON.stringify(now)) return;
  const grids = ({ views }: TokenLayout) =>
    views.map(({ rows, columns }) => `${rows}x${columns}`).join(' and ');
  throw new Error(
    `The pictures have their image tokens in different grids (${grids(first)}, and ${grids(now)}), whose maps have no mean; use pictures of one shape.`,
  );
}

/** The mean over samples of one scheme's maps. */
class FlowMean {
  private samples = 0;
  private readonly layers: Float64Array[] = [];
  private readonly shares: FlowShares[][] = [];
  private readonly heads: Float64Array[] = [];

  constructor(
    private readonly scheme: Scheme,
    private readonly headsOf: number | undefined,
  ) {}

  /** Takes a sample's maps by layer, and by head; returns its shares over all layers. */
  add(flow: AttentionFlow, split: AttentionFlow | undefined): FlowShares {
    this.samples++;
    const shares = flow.layers.map((_, layer) => {
      const map = mapOf(flow, layer);
      addTo(this.layers, layer, imageColumns(flow, map));
      const own = sharesOf(flow, map);
      (this.shares[layer] ??= []).push(own);
      return own;
    });
    if (split)
      for (let head = 0; head < split.heads; head++)
        addTo(this.heads, head, imageColumns(split, mapOf(split, head)));
    return meanShares(shares);
  }

  maps(): FlowMaps {
    const mean = (sums: Float64Array) => Array.from(sums, (sum) => rounded(sum / this.samples));
    return {
      scheme: this.scheme,
      samples: this.samples,
      layers: this.layers.map(mean),
      shares: this.shares.map(meanShares),
      ...(this.headsOf === undefined
        ? {}
        : { heads: { layer: this.headsOf, maps: this.heads.map(mean) } }),
    };
  }
}

/** The `at`-th map of a flow, over all columns. */
function mapOf({ attention, kinds }: AttentionFlow, at: number): Float32Array {
  return attention.subarray(at * kinds.length, (at + 1) * kinds.length);
}

/** Of all pictures of the question, which here is one. */
function imageColumns({ kinds }: AttentionFlow, map: Float32Array): Float32Array {
  return map.filter((_, column) => kinds[column] !== 0);
}

function addTo(sums: Float64Array[], at: number, values: Float32Array): void {
  const sum = (sums[at] ??= new Float64Array(values.length));
  values.forEach((value, i) => (sum[i]! += value));
}

function sharesOf({ kinds, rows }: AttentionFlow, map: Float32Array): FlowShares {
  let [image, before, after] = [0, 0, 0];
  map.forEach((value, column) => {
    if (kinds[column] !== 0) image += value;
    else if (column < rows[0]!) before += value;
    else after += value;
  });
  return { image, before, after };
}

function meanShares(all: readonly FlowShares[]): FlowShares {
  const rows = all.map(({ image, before, after }) => [image, before, after]);
  const [image, before, after] = meanMap(rows).map(rounded);
  return { image: image!, before: before!, after: after! };
}

/** Seven digits are all that a float32 has. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

function makeRecord(
  { key, index, group, cell, prompt }: FlowSample,
  scheme: Scheme,
  { rows, kinds }: AttentionFlow,
  {
    image,
    before,
    after,
    imageHash,
    milliseconds,
  }: FlowShares & {
    imageHash: string;
    milliseconds: number;
  },
): FlowRecord {
  return {
    key: `${key}/${scheme.label}`,
    index,
    group,
    cell,
    scheme: scheme.label,
    strength: scheme.strength,
    imageHash,
    prompt,
    readers: rows.length,
    imageTokens: kinds.filter((kind) => kind !== 0).length,
    tokens: kinds.length,
    image,
    before,
    after,
    milliseconds: Math.round(milliseconds * 100) / 100,
  };
}
