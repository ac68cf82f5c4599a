import type { Tensor } from 'onnxruntime-web';
import { HIDDEN_INPUT, HIDDEN_OUTPUT } from '../models/decoder.ts';
import type { Backend } from './backend.ts';
import { type CacheType, pastName, presentNames } from './kv-cache.ts';
import { createSession, type GraphSource, releaseAfterFailure, type Session } from './session.ts';

/**
 * The decoder as one operation over one or more sessions of a few layers each, so that none needs more
 * weights at once than a wasm build can take. Between them hidden states stay where the device has them.
 */
export class DecoderSessions {
  private readonly parts: readonly Session[];

  private constructor(parts: readonly Session[]) {
    this.parts = parts;
  }

  /** Makes the sessions one after another; the signal stops in between. */
  static async open(
    backend: Backend,
    layers: number,
    graphs: readonly GraphSource[],
    signal?: AbortSignal,
  ): Promise<DecoderSessions> {
    const onGpu = [...presentNames(layers), HIDDEN_OUTPUT];
    const parts: Session[] = [];
    try {
      for (const [at, graph] of graphs.entries()) {
        signal?.throwIfAborted();
        const what = graphs.length === 1 ? 'decoder' : `decoder, part ${at + 1}`;
        parts.push(await createSession(backend, graph, what, onGpu));
      }
      return new DecoderSessions(parts);
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
    let hidden: Tensor | undefined;
    try {
      for (const part of this.parts) {
        const inputs = pick(hidden ? { ...feeds, [HIDDEN_INPUT]: hidden } : feeds, part.inputNames);
        const wanted = pick({ ...outputs, [HIDDEN_OUTPUT]: null }, part.outputNames);
        const { [HIDDEN_OUTPUT]: next, ...own } = await part.run(inputs, wanted);
        Object.assign(found, own);
        hidden?.dispose();
        hidden = next;
      }
      return found as Record<Name, Tensor>;
    } catch (error) {
      hidden?.dispose();
      throw error;
    }
  }

  async release(): Promise<void> {
    for (const part of this.parts) await part.release();
  }
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(from, name) ? [[name, from[name] as T]] : [])),
  );
}
