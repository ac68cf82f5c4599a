import type { Tensor } from 'onnxruntime-web';
import {
  attentionFlowReference,
  dispatchAttentionFlow,
  queryPlaces,
  type AttentionFlowShape,
} from '../kernels/attention-flow.ts';
import { createTensorBuffer, downloadFloats } from '../kernels/compute.ts';
import { dispatchHeadMean, headMeanReference, type HeadMeanShape } from '../kernels/head-mean.ts';
import type { DecoderSpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';
import { RUN_BYTES } from './batch-limit.ts';
import type { Batch } from './batch.ts';
import type { LayerTaps } from './decoder-sessions.ts';
import type { AttentionFlow, EngineInfo, FlowBytes, FlowOptions } from './engine.ts';
import type { LanguageModel } from './language-model.ts';
import type { RotaryFeeds } from './rotary-feeds.ts';
import { imageRuns } from './two-way-feeds.ts';

/**
 * Bytes of queries and keys that may exist at a time, unless one layer alone takes more: a quarter of
 * what a run may take. A decoder part with more is run again for its later layers; those of published
 * models in 4 bits have less.
 */
const TAP_BYTES = RUN_BYTES / 4;

const FLOAT_BYTES = 4;

type FlowSpec = Pick<DecoderSpec, 'layers' | 'heads' | 'kvHeads' | 'headDim'>;

/** What a flow is asked for, apart from its tokens. */
interface FlowSize {
  /** Text tokens whose attention is averaged. */
  readonly rows: number;
  /** Tokens of the prompt. */
  readonly columns: number;
  /** Layers whose maps are wanted. */
  readonly layers: number;
  readonly reduce: FlowOptions['reduce'];
}

/** Layers whose taps may exist at a time. */
export function layersAtOnce(spec: FlowSpec, size: FlowSize, tapBytes = TAP_BYTES): number {
  return Math.min(size.layers, Math.max(1, Math.floor(tapBytes / layerTapBytes(spec, size))));
}

function layerTapBytes({ heads, kvHeads, headDim }: FlowSpec, { rows, columns }: FlowSize): number {
  return (rows * heads + columns * kvHeads) * headDim * FLOAT_BYTES;
}

/** Floats of all maps. */
function resultLength({ heads }: FlowSpec, { columns, layers, reduce }: FlowSize): number {
  return columns * (reduce === 'all' ? 1 : layers * (reduce === 'heads' ? heads : 1));
}

/**
 * What a flow holds at most where the taps of `layersTapped` layers exist at a time, and what whole
 * attention matrices would take.
 */
export function flowBytes(spec: FlowSpec, size: FlowSize, layersTapped: number): FlowBytes {
  const { rows, columns, layers } = size;
  const { heads, headDim } = spec;
  const taps = layersTapped * layerTapBytes(spec, size);
  const means = heads * columns;
  // On the GPU the rows' sums of one layer, on the CPU one head's turned keys and one row's scores.
  const scratch = Math.max(heads * rows, columns * headDim + columns + headDim);
  const floats = means + scratch + 3 * rows + resultLength(spec, size);
  return {
    held: taps + floats * FLOAT_BYTES,
    matrices: layers * heads * columns ** 2 * FLOAT_BYTES,
  };
}

/** Text tokens behind the last image of a batch's only row, but the last token; none without an image. */
export function readingTokens({ spans, lengths }: Pick<Batch, 'spans' | 'lengths'>): number[] {
  const last = spans[0]!.at(-1);
  if (!last) return [];
  const first = last.start + last.length;
  return Array.from({ length: Math.max(0, lengths[0]! - 1 - first) }, (_, n) => first + n);
}

/** What a flow is computed with. */
export interface FlowParts {
  readonly backend: Backend;
  readonly info: EngineInfo;
  readonly language: LanguageModel;
}

/**
 * The flow of a batch of one row over stacked image features, f32 `[t, hidden]`, in one prefill, or as few
 * as `tapBytes` allows.
 * @throws a sentence where nothing reads an image, or the decoder has no such layer
 */
export async function attentionFlow(
  { backend, info, language }: FlowParts,
  batch: Batch,
  features: Tensor,
  { reduce, layer }: FlowOptions,
  tapBytes = TAP_BYTES,
): Promise<AttentionFlow> {
  const spec = info.spec.decoder;
  const rows = readingTokens(batch);
  if (rows.length === 0)
    throw new Error(
      batch.spans[0]!.length === 0
        ? 'Information flow is read from text behind a picture, but the question has no picture; add one.'
        : 'Information flow is read from the text between the last picture and the last token, but nothing stands there; ask a question behind the picture.',
    );
  const layers = wantedLayers(spec, layer);
  const columns = batch.length;
  const size = { rows: rows.length, columns, layers: layers.length, reduce };
  const reduction = openReduction(backend, spec, size);
  const { Tensor } = backend.ort;
  const tokens = (all: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(all, BigInt), [all.length]);
  const everyToken = Array.from({ length: columns }, (_, n) => n);
  const runs = spec.attention === 'two-way' ? imageRuns(batch, 0) : undefined;
  const request = {
    layers,
    queryTokens: tokens(rows),
    keyTokens: tokens(everyToken),
    layersAtOnce: layersAtOnce(spec, size, tapBytes),
  };
  try {
    const layersTapped = await language.tap(batch, features, request, (taps, tables) => {
      const window = spec.windows[taps.layer] ?? null;
      const places = queryPlaces(rows, { columns, window, runs });
      const turned = tablesOf(spec, window, tables);
      reduction.add(layers.indexOf(taps.layer), { ...taps, ...turned, places });
    });
    const attention = await reduction.read();
    const kinds = new Uint32Array(columns);
    batch.spans[0]!.forEach(({ start, length }, image) =>
      kinds.fill(image + 1, start, start + length),
    );
    return {
      attention,
      layers,
      heads: spec.heads,
      kinds,
      rows,
      bytes: flowBytes(spec, size, layersTapped),
    };
  } finally {
    reduction.dispose();
  }
}

function wantedLayers({ layers }: DecoderSpec, layer: number | undefined): number[] {
  if (layer === undefined) return Array.from({ length: layers }, (_, n) => n);
  if (Number.isInteger(layer) && layer >= 0 && layer < layers) return [layer];
  throw new Error(
    `The decoder has the layers 0 to ${layers - 1}, but layer ${layer} was asked for.`,
  );
}

/** The tables of a layer: layers with a window have their own in some families. */
function tablesOf(
  { rotary, localRotary }: DecoderSpec,
  window: number | null,
  tables: RotaryFeeds['tables'],
) {
  const local = window !== null && localRotary !== undefined;
  const prefix = local ? 'local_' : '';
  const [cos, sin] = [tables[`${prefix}cos_cache`]!, tables[`${prefix}sin_cache`]!];
  return { cos, sin, half: (local ? localRotary : rotary).dim / 2 };
}

/** One layer's taps with what turns and hides them. */
interface Layer extends LayerTaps {
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly half: number;
  readonly places: Uint32Array<ArrayBuffer>;
}

/** Takes layers one after another and makes them the maps that were asked for. */
interface Reduction {
  /** `at`: the layer's place among those that were asked for. */
  add(at: number, layer: Layer): void;
  read(): Promise<Float32Array>;
  dispose(): void;
}

function openReduction(backend: Backend, spec: DecoderSpec, size: FlowSize): Reduction {
  const { device } = backend;
  return device ? gpuReduction(device, spec, size) : hostReduction(spec, size);
}

/** On the CPU: the kernels' plain-TypeScript references. */
function hostReduction(spec: DecoderSpec, size: FlowSize): Reduction {
  const result = new Float32Array(resultLength(spec, size));
  const floats = (tensor: Tensor) => tensor.data as Float32Array;
  return {
    add(at, { query, key, cos, sin, half, places }) {
      const perHead = attentionFlowReference({
        ...flowShape(spec, size, half),
        queries: floats(query),
        keys: floats(key),
        cos: floats(cos),
        sin: floats(sin),
        places,
      });
      if (size.reduce === 'heads') result.set(perHead, at * perHead.length);
      else headMeanReference(headMeanShape(spec, size, at), perHead, result);
    },
    read: () => Promise.resolve(result),
    dispose: () => {},
  };
}

/** On the device that the sessions share: taps, tables and results stay there until they are read. */
function gpuReduction(device: GPUDevice, spec: DecoderSpec, size: FlowSize): Reduction {
  const length = resultLength(spec, size);
  const result = createTensorBuffer(device, 'attention maps', length * FLOAT_BYTES);
  const gpu = (tensor: Tensor) => tensor.gpuBuffer as GPUBuffer;
  return {
    add(at, { query, key, cos, sin, half, places }) {
      const shape = flowShape(spec, size, half);
      const buffers = { queries: gpu(query), keys: gpu(key), cos: gpu(cos), sin: gpu(sin) };
      const perHead = dispatchAttentionFlow(device, shape, buffers, places);
      if (size.reduce === 'heads') {
        const bytes = spec.heads * size.columns * FLOAT_BYTES;
        const encoder = device.createCommandEncoder({ label: 'keep heads' });
        encoder.copyBufferToBuffer(perHead, 0, result, at * bytes, bytes);
        device.queue.submit([encoder.finish()]);
      } else dispatchHeadMean(device, headMeanShape(spec, size, at), perHead, result);
      perHead.destroy();
    },
    read: () => downloadFloats(device, result, length),
    dispose: () => result.destroy(),
  };
}

function flowShape(
  spec: DecoderSpec,
  { rows, columns }: FlowSize,
  half: number,
): AttentionFlowShape {
  const { heads, kvHeads, headDim, attentionScale: scale, attentionSoftcap: softcap } = spec;
  return { rows, columns, heads, kvHeads, headDim, half, scale, softcap };
}

/** Where a layer's mean over heads goes: a row of its own, or one that all layers share. */
function headMeanShape(
  { heads }: DecoderSpec,
  { columns, layers, reduce }: FlowSize,
  at: number,
): HeadMeanShape {
  const all = reduce === 'all';
  return {
    heads,
    columns,
    first: all ? 0 : at * columns,
    add: all && at > 0,
    weight: 1 / (all ? heads * layers : heads),
  };
}
