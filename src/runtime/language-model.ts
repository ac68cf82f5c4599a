import type { Tensor } from 'onnxruntime-web';
import type { DecoderSpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';
import type { Batch } from './batch.ts';
import { KvCache, presentNames } from './kv-cache.ts';
import { RotaryFeedMaker, type RotaryFeeds } from './rotary-feeds.ts';
import { createSession, type Session } from './session.ts';

/** Where a batch stands after its prefill, for decoding on. Dispose it when done. */
export interface DecodingState {
  /** Valid tokens of each row, generated ones included. */
  readonly lengths: number[];
  readonly rotary: RotaryFeeds;
  readonly cache: KvCache;
  dispose(): void;
}

/** The embedding and decoder graphs as two operations: a prefill of a batch, and one step after it. */
export class LanguageModel {
  private readonly backend: Backend;
  private readonly spec: DecoderSpec;
  private readonly embed: Session;
  private readonly decoder: Session;
  private readonly rotary: RotaryFeedMaker;

  constructor(backend: Backend, spec: DecoderSpec, embed: Session, decoder: Session) {
    this.backend = backend;
    this.spec = spec;
    this.embed = embed;
    this.decoder = decoder;
    this.rotary = new RotaryFeedMaker(backend, spec.rotary);
  }

  /** Makes both sessions. The graphs' bytes are not needed afterwards. */
  static async open(
    backend: Backend,
    spec: DecoderSpec,
    graphs: { embed: Uint8Array; decoder: Uint8Array },
  ): Promise<LanguageModel> {
    const embed = await createSession(backend, graphs.embed, 'token embedding', ['inputs_embeds']);
    const presents = presentNames(spec.layers);
    const decoder = await createSession(backend, graphs.decoder, 'decoder', presents);
    return new LanguageModel(backend, spec, embed, decoder);
  }

  /**
   * Logits f32 `[rows, kept, vocab]` of the tokens that `kept[row]` names (as many in every row).
   * `features`: f32 `[t, hidden]`, stays the caller's. The cache is dropped.
   */
  async prefill(
    batch: Batch,
    features: Tensor,
    kept: readonly (readonly number[])[],
  ): Promise<Float32Array> {
    const rotary = this.rotary.make(batch, 0);
    const cache = KvCache.empty(this.backend, this.spec, batch.rows);
    try {
      const { logits } = await this.pass(batch, features, rotary, cache, kept, ['logits']);
      return logits.data as Float32Array;
    } finally {
      rotary.dispose();
      cache.dispose();
    }
  }

  /** A prefill that can be gone on from by `extra` tokens: logits `[rows, vocab]` of each row's last. */
  async begin(
    batch: Batch,
    features: Tensor,
    extra: number,
  ): Promise<{ logits: Float32Array; state: DecodingState }> {
    const rotary = this.rotary.make(batch, extra);
    const cache = KvCache.empty(this.backend, this.spec, batch.rows);
    const dispose = () => {
      rotary.dispose();
      cache.dispose();
    };
    try {
      const names = ['logits', ...presentNames(this.spec.layers)];
      const outputs = await this.pass(batch, features, rotary, cache, lastTokens(batch), names);
      cache.advance(outputs);
      const state = { lengths: [...batch.lengths], rotary, cache, dispose };
      return { logits: outputs['logits']!.data as Float32Array, state };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  /** Appends one token to every row and returns the logits after it, f32 `[rows, vocab]`. */
  async step(state: DecodingState, ids: readonly number[]): Promise<Float32Array> {
    const { Tensor } = this.backend.ort;
    const rows = ids.length;
    // The embedding graph reads its image rows even where no token is an image's.
    const noFeatures = new Tensor('float32', new Float32Array(this.spec.hiddenSize), [
      1,
      this.spec.hiddenSize,
    ]);
    const batch: Batch = {
      rows,
      length: 1,
      inputIds: BigInt64Array.from(ids, BigInt),
      imageIndex: new BigInt64Array(rows).fill(-1n),
      lengths: ids.map(() => 1),
      spans: ids.map(() => []),
      offsets: ids.map(() => []),
      strengths: new Float32Array(rows),
    };
    const { rotary, cache, lengths } = state;
    const names = ['logits', ...presentNames(this.spec.layers)];
    const kept = lastTokens(batch);
    const outputs = await this.pass(batch, noFeatures, rotary, cache, kept, names, lengths);
    cache.advance(outputs);
    lengths.forEach((_, row) => lengths[row]!++);
    return outputs['logits']!.data as Float32Array;
  }

  async release(): Promise<void> {
    this.rotary.dispose();
    await this.embed.release();
    await this.decoder.release();
  }

  /** One run of both graphs; `past` are the tokens of each row that lie in the cache. */
  private async pass<Name extends string>(
    batch: Batch,
    features: Tensor,
    rotary: RotaryFeeds,
    cache: KvCache,
    kept: readonly (readonly number[])[],
    outputs: readonly Name[],
    past: readonly number[] = batch.lengths.map(() => 0),
  ): Promise<Record<Name, Tensor>> {
    const { Tensor } = this.backend.ort;
    const { rows, length } = batch;
    const dims = [rows, length];
    const { inputs_embeds } = await this.embed.run(
      {
        input_ids: new Tensor('int64', batch.inputIds, dims),
        image_features: features,
        image_index: new Tensor('int64', batch.imageIndex, dims),
      },
      ['inputs_embeds'],
    );
    const valid = batch.lengths.map((count, row) => count + past[row]!);
    const logitsIndex = BigInt64Array.from(kept.flat(), BigInt);
    try {
      return await this.decoder.run(
        {
          inputs_embeds,
          cos_cache: rotary.cos,
          sin_cache: rotary.sin,
          rotary_index: rotary.rowIndex(past, length),
          seqlens_k: new Tensor(
            'int32',
            Int32Array.from(valid, (count) => count - 1),
            [rows],
          ),
          total_sequence_length: new Tensor('int32', Int32Array.of(Math.max(...valid)), [1]),
          logits_index: new Tensor('int64', logitsIndex, [rows, kept[0]!.length]),
          ...cache.feeds(),
        },
        outputs,
      );
    } finally {
      inputs_embeds.dispose();
    }
  }
}

/** Index of each row's last valid token, as `[rows, 1]`. */
export function lastTokens(batch: Batch): number[][] {
  return batch.lengths.map((length) => [length - 1]);
}
