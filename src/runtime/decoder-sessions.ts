import type { Tensor } from 'onnxruntime-web';
import { tapNames, tappedLayers } from '../models/attention-taps.ts';
import { HIDDEN_INPUT, HIDDEN_OUTPUT } from '../models/decoder.ts';
import type { Backend } from './backend.ts';
import { inRuns } from './batch-limit.ts';
import { type CacheType, pastName, presentNames } from './kv-cache.ts';
import { createSession, type GraphSource, releaseAfterFailure, type Session } from './session.ts';

/** Queries and keys of a layer, not rotated: f32 `[b, tokens, heads · head size]`. */
export interface LayerTaps {
  readonly layer: number;
  readonly query: Tensor;
  readonly key: Tensor;
}

/** What taps a run is to give. */
export interface TapRequest {
  /** Ascending, one at least. */
  readonly layers: readonly number[];
  /** int64 `[n]`: tokens of the run. */
  readonly queryTokens: Tensor;
  readonly keyTokens: Tensor;
  /** Layers whose taps may exist at a time; at least 1. */
  readonly layersAtOnce: number;
}

/**
 * The decoder as one operation over one or more sessions of a few layers each, so that none needs more
 * weights at once than a wasm build can take. Between them hidden states stay where the device has them.
 */
export class DecoderSessions {
  private readonly parts: readonly Session[];
  /** What every tap input is fed where it is not asked for. */
  private readonly noTokens: Tensor;

  private constructor(parts: readonly Session[], noTokens: Tensor) {
    this.parts = parts;
    this.noTokens = noTokens;
  }

  /** Makes the sessions one after another; the signal stops in between. */
  static async open(
    backend: Backend,
    layers: number,
    graphs: readonly GraphSource[],
    signal?: AbortSignal,
  ): Promise<DecoderSessions> {
    const taps = Array.from({ length: layers }, (_, layer) => tapNames(layer));
    const tapOutputs = taps.flatMap(({ query, key }) => [query, key]);
    const onGpu = [...presentNames(layers), ...tapOutputs, HIDDEN_OUTPUT];
    const parts: Session[] = [];
    try {
      for (const [at, graph] of graphs.entries()) {
        signal?.throwIfAborted();
        const what = graphs.length === 1 ? 'decoder' : `decoder, part ${at + 1}`;
        parts.push(await createSession(backend, graph, what, onGpu));
      }
      const { Tensor } = backend.ort;
      return new DecoderSessions(parts, new Tensor('int64', new BigInt64Array(0), [0]));
    } catch (error) {
      await releaseAfterFailure(parts);
      throw error;
    }
  }

  /** In what type the graphs keep keys and values. */
  get cacheType(): CacheType {
    const [first] = presentNames(1).map(pastName) as [string, string];
    const types = this.parts.map((part) => part.inputType(first));
    return types.includes('float16') ? 'float16' : 'float32';
  }

  /** One run, as `Session.run`; every part is given the feeds and outputs that it has. */
  async run<Name extends string>(
    feeds: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<Name, Tensor | null>>,
  ): Promise<Record<Name, Tensor>> {
    const found: Record<string, Tensor> = {};
    const wanted = { ...outputs, [HIDDEN_OUTPUT]: null };
    await this.through(async (part, hidden) => {
      const { [HIDDEN_OUTPUT]: next, ...own } = await this.runPart(part, feeds, hidden, wanted);
      Object.assign(found, own);
      return next;
    });
    return found as Record<Name, Tensor>;
  }

  /**
   * A run for the taps of some layers, each handed to `visit` and disposed after it. Parts behind the
   * last of the layers are not run; a part with more of them than may exist at once is run repeatedly.
   * @returns the most layers whose taps existed at a time
   * @throws a sentence where the graphs have no taps of a layer
   */
  async tap(
    feeds: Readonly<Record<string, Tensor>>,
    request: TapRequest,
    visit: (taps: LayerTaps) => void,
  ): Promise<number> {
    let most = 0;
    const left = new Set(request.layers);
    const offered = this.parts.flatMap(({ inputNames }) => tappedLayers(inputNames));
    const missing = request.layers.filter((layer) => !offered.includes(layer));
    if (missing.length > 0)
      throw new Error(
        `The decoder gives no queries and keys of layer ${missing.join(', ')}: it offers those of ${offered.join(', ') || 'none'}.${this.cacheType === 'float16' ? ' A model that computes in float16 offers none: let it compute in float32 (--compute float32, in the page ?compute=float32).' : ''}`,
      );
    await this.through(async (part, hidden) => {
      const own = tappedLayers(part.inputNames).filter((layer) => left.delete(layer));
      // A part without any of the layers is run for its hidden states.
      const groups = own.length > 0 ? inRuns(own, request.layersAtOnce) : [[]];
      let next: Tensor | undefined;
      for (const [at, layers] of groups.entries()) {
        const goesOn = left.size > 0 && at === groups.length - 1;
        const wanted = tapFetches(layers, goesOn);
        const outputs = await this.runPart(part, tapFeeds(feeds, layers, request), hidden, wanted);
        next = outputs[HIDDEN_OUTPUT];
        most = Math.max(most, layers.length);
        visitTaps(outputs, layers, visit);
      }
      return next;
    });
    return most;
  }

  /** Runs part after part with the hidden states before it, until one gives none. */
  private async through(
    run: (part: Session, hidden: Tensor | undefined) => Promise<Tensor | undefined>,
  ): Promise<void> {
    let hidden: Tensor | undefined;
    try {
      for (const part of this.parts) {
        const next = await run(part, hidden);
        hidden?.dispose();
        hidden = next;
        if (!hidden) return;
      }
    } finally {
      hidden?.dispose();
    }
  }

  private runPart(
    part: Session,
    feeds: Readonly<Record<string, Tensor>>,
    hidden: Tensor | undefined,
    outputs: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>> {
    const noTaps = Object.fromEntries(
      tappedLayers(part.inputNames)
        .map(tapNames)
        .flatMap(({ queryTokens, keyTokens }) => [queryTokens, keyTokens])
        .map((name) => [name, this.noTokens]),
    );
    const all = { ...noTaps, ...feeds, ...(hidden ? { [HIDDEN_INPUT]: hidden } : {}) };
    return part.run(pick(all, part.inputNames), pick(outputs, part.outputNames));
  }

  async release(): Promise<void> {
    for (const part of this.parts) await part.release();
  }
}

function tapFeeds(
  feeds: Readonly<Record<string, Tensor>>,
  layers: readonly number[],
  { queryTokens, keyTokens }: TapRequest,
): Record<string, Tensor> {
  const tokens = layers.map(tapNames).flatMap((names) => [
    [names.queryTokens, queryTokens],
    [names.keyTokens, keyTokens],
  ]);
  return { ...feeds, ...(Object.fromEntries(tokens) as Record<string, Tensor>) };
}

function tapFetches(layers: readonly number[], hidden: boolean): Record<string, null> {
  const names = layers.map(tapNames).flatMap(({ query, key }) => [query, key]);
  if (hidden) names.push(HIDDEN_OUTPUT);
  return Object.fromEntries(names.map((name) => [name, null]));
}

function visitTaps(
  outputs: Readonly<Record<string, Tensor>>,
  layers: readonly number[],
  visit: (taps: LayerTaps) => void,
): void {
  const taps = layers.map((layer) => {
    const { query, key } = tapNames(layer);
    return { layer, query: outputs[query]!, key: outputs[key]! };
  });
  try {
    taps.forEach(visit);
  } finally {
    for (const { query, key } of taps) {
      query.dispose();
      key.dispose();
    }
  }
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(from, name) ? [[name, from[name] as T]] : [])),
  );
}
