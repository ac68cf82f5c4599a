import type { Tensor } from 'onnxruntime-web';
import type { DecoderSpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';
import type { Batch } from './batch.ts';
import { type CacheSpec, KvCache } from './kv-cache.ts';
import { RotaryFeedMaker, type RotaryFeeds } from './rotary-feeds.ts';
import { DecoderSessions, type LayerTaps, type TapRequest } from './decoder-sessions.ts';
import {
  createSession,
  type GraphSource,
  releaseAfterFailure,
  type Releasable,
  type Session,
} from './session.ts';
import { TwoWayColumns } from './two-way-feeds.ts';

/** Where a batch stands after its prefill, for decoding on. Dispose it when done. */
export class DecodingState {
  readonly rotary: RotaryFeeds;
  private rows: readonly number[];
  private validTokens: number[];
  private keysAndValues: KvCache;
  private twoWay: TwoWayColumns | undefined;

  /** Before the prefill; takes the past over. */
  constructor({ rotary, cache, columns, tableRows, lengths }: Past) {
    this.rotary = rotary;
    this.keysAndValues = cache;
    this.twoWay = columns;
    this.validTokens = [...lengths];
    this.rows = tableRows;
  }

  get cache(): KvCache {
    return this.keysAndValues;
  }

  /** Of decoders with two-way attention. */
  get columns(): TwoWayColumns | undefined {
    return this.twoWay;
  }

  /** Valid tokens of each row, generated ones included. */
  get lengths(): readonly number[] {
    return this.validTokens;
  }

  /** Where each row stood in the prefill's batch, which is where its rotary tables are. */
  get tableRows(): readonly number[] {
    return this.rows;
  }

  /** Counts a batch that was run behind what was there. */
  lengthen(batch: Batch): void {
    this.twoWay = this.twoWay?.with(batch, this.validTokens);
    this.validTokens = this.validTokens.map((length, row) => length + batch.lengths[row]!);
  }

  /** Goes on with some of the rows alone, in the order given. */
  narrow(kept: readonly number[]): void {
    if (kept.length === this.rows.length && kept.every((row, i) => row === i)) return;
    const selected = this.keysAndValues.select(kept);
    this.keysAndValues.dispose();
    this.keysAndValues = selected;
    this.twoWay = this.twoWay?.select(kept);
    this.validTokens = kept.map((row) => this.validTokens[row]!);
    this.rows = kept.map((row) => this.rows[row]!);
  }

  /** No run that reads the state may be in flight. */
  dispose(): void {
    this.rotary.dispose();
    this.keysAndValues.dispose();
  }
}

/** What a run of the decoder reads besides a batch and its image features. */
interface Past {
  readonly rotary: RotaryFeeds;
  readonly cache: KvCache;
  /** What stands in the cache, where the decoder attends two ways. */
  readonly columns: TwoWayColumns | undefined;
  /** Rows of the rotary tables' batch. */
  readonly tableRows: readonly number[];
  /** Tokens of each row that lie in the cache. */
  readonly lengths: readonly number[];
}

/** The embedding and decoder graphs as two operations: a prefill of a batch, and one step after it. */
export class LanguageModel {
  private readonly backend: Backend;
  private readonly spec: DecoderSpec;
  private readonly embed: Session;
  private readonly decoder: DecoderSessions;
  private readonly rotary: RotaryFeedMaker;

  constructor(backend: Backend, spec: DecoderSpec, embed: Session, decoder: DecoderSessions) {
    this.backend = backend;
    this.spec = spec;
    this.embed = embed;
    this.decoder = decoder;
    this.rotary = new RotaryFeedMaker(backend, spec);
  }

  /** Makes all sessions, the decoder's from its parts in their order; the signal stops in between. */
  static async open(
    backend: Backend,
    spec: DecoderSpec,
    graphs: { embed: GraphSource; decoder: readonly GraphSource[] },
    signal?: AbortSignal,
  ): Promise<LanguageModel> {
    const opened: Releasable[] = [];
    try {
      const embed = await createSession(backend, graphs.embed, 'token embedding', [
        'inputs_embeds',
      ]);
      opened.push(embed);
      const decoder = await DecoderSessions.open(backend, spec.layers, graphs.decoder, signal);
      opened.push(decoder);
      return new LanguageModel(backend, spec, embed, decoder);
    } catch (error) {
      await releaseAfterFailure(opened);
      throw error;
    }
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
    const cache = KvCache.none(this.backend, this.cacheSpec, batch.rows);
    try {
      const past = this.nothingPast(batch, rotary, cache);
      const { logits } = await this.pass(batch, features, past, kept, { logits: null });
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
    const capacity = batch.length + extra;
    const cache = KvCache.allocate(
      this.backend,
      this.cacheSpec,
      batch.rows,
      capacity,
      // Only the causal operator writes behind each row's own tokens.
      this.spec.attention === 'causal' ? undefined : false,
    );
    const state = new DecodingState(this.nothingPast(batch, rotary, cache));
    try {
      return { logits: await this.advance(batch, features, state), state };
    } catch (error) {
      state.dispose();
      throw error;
    }
  }

  /**
   * Input embeddings of texts, f32 `[texts, longest, hidden]`, which become the caller's; `rows[i]` are
   * text i's own among all `texts · longest` rows.
   */
  async embedTexts(
    texts: readonly (readonly number[])[],
  ): Promise<{ embeddings: Tensor; rows: number[][] }> {
    const { Tensor } = this.backend.ort;
    const longest = Math.max(...texts.map((ids) => ids.length));
    const dims = [texts.length, longest];
    const inputIds = new BigInt64Array(texts.length * longest);
    texts.forEach((ids, text) => inputIds.set(Array.from(ids, BigInt), text * longest));
    const { inputs_embeds: embeddings } = await this.embed.run(
      {
        input_ids: new Tensor('int64', inputIds, dims),
        image_features: this.noFeatures(),
        image_index: new Tensor('int64', new BigInt64Array(inputIds.length).fill(-1n), dims),
      },
      { inputs_embeds: null },
    );
    const rows = texts.map((ids, text) => Array.from(ids, (_, n) => text * longest + n));
    return { embeddings, rows };
  }

  /** Appends one token to every row of the state and returns the logits after it, f32 `[rows, vocab]`. */
  async step(state: DecodingState, ids: readonly number[]): Promise<Float32Array> {
    const rows = ids.length;
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
    return this.advance(batch, this.noFeatures(), state);
  }

  /**
   * A prefill for the taps of some layers, handed to `visit` with the rotary tables of the batch, and
   * both gone after it. `features` stays the caller's. Returns what `DecoderSessions.tap` does.
   */
  async tap(
    batch: Batch,
    features: Tensor,
    request: TapRequest,
    visit: (taps: LayerTaps, tables: RotaryFeeds['tables']) => void,
  ): Promise<number> {
    const rotary = this.rotary.make(batch, 0);
    const cache = KvCache.none(this.backend, this.cacheSpec, batch.rows);
    try {
      const past = this.nothingPast(batch, rotary, cache);
      return await this.withFeeds(batch, features, past, lastTokens(batch), (feeds) =>
        this.decoder.tap(feeds, request, (taps) => visit(taps, rotary.tables)),
      );
    } finally {
      rotary.dispose();
      cache.dispose();
    }
  }

  async release(): Promise<void> {
    this.rotary.dispose();
    await this.embed.release();
    await this.decoder.release();
  }

  private get cacheSpec(): CacheSpec {
    return { ...this.spec, type: this.decoder.cacheType };
  }

  /** For runs without pictures: the embedding graph reads its image rows even where no token does. */
  private noFeatures(): Tensor {
    const { hiddenSize } = this.spec;
    return new this.backend.ort.Tensor('float32', new Float32Array(hiddenSize), [1, hiddenSize]);
  }

  /** A run behind what the state holds, which it is added to. */
  private async advance(
    batch: Batch,
    features: Tensor,
    state: DecodingState,
  ): Promise<Float32Array> {
    const wanted: Record<string, Tensor | null> = { logits: null, ...state.cache.fetches() };
    const outputs = await this.pass(batch, features, state, lastTokens(batch), wanted);
    state.cache.advance(outputs);
    state.lengthen(batch);
    return outputs['logits']!.data as Float32Array;
  }

  /** One run of both graphs. */
  private pass<Name extends string>(
    batch: Batch,
    features: Tensor,
    past: Past,
    kept: readonly (readonly number[])[],
    outputs: Readonly<Record<Name, Tensor | null>>,
  ): Promise<Record<Name, Tensor>> {
    return this.withFeeds(batch, features, past, kept, (feeds) => this.decoder.run(feeds, outputs));
  }

  /** Embeds a batch and hands the decoder's feeds on. */
  private async withFeeds<T>(
    batch: Batch,
    features: Tensor,
    past: Past,
    kept: readonly (readonly number[])[],
    work: (feeds: Record<string, Tensor>) => Promise<T>,
  ): Promise<T> {
    const { Tensor } = this.backend.ort;
    const { rows, length } = batch;
    const dims = [rows, length];
    const { inputs_embeds } = await this.embed.run(
      {
        input_ids: new Tensor('int64', batch.inputIds, dims),
        image_features: features,
        image_index: new Tensor('int64', batch.imageIndex, dims),
      },
      { inputs_embeds: null },
    );
    const { rotary, cache, tableRows } = past;
    const logitsIndex = BigInt64Array.from(kept.flat(), BigInt);
    try {
      return await work({
        inputs_embeds,
        ...rotary.tables,
        rotary_index: rotary.rowIndex(tableRows, past.lengths, length),
        ...this.scopeFeeds(batch, past),
        logits_index: new Tensor('int64', logitsIndex, [rows, kept[0]!.length]),
        ...cache.feeds(),
      });
    } finally {
      inputs_embeds.dispose();
    }
  }

  /** How far each token sees. */
  private scopeFeeds(batch: Batch, { columns, lengths }: Past): Record<string, Tensor> {
    if (columns) return columns.with(batch, lengths).feeds(this.backend, batch.length);
    const { Tensor } = this.backend.ort;
    const valid = batch.lengths.map((count, row) => count + lengths[row]!);
    const last = Int32Array.from(valid, (count) => count - 1);
    return {
      seqlens_k: new Tensor('int32', last, [batch.rows]),
      total_sequence_length: new Tensor('int32', Int32Array.of(Math.max(...valid)), [1]),
    };
  }

  private nothingPast(batch: Batch, rotary: RotaryFeeds, cache: KvCache): Past {
    const rows = batch.lengths.map((_, row) => row);
    const columns = this.spec.attention === 'two-way' ? TwoWayColumns.none(batch.rows) : undefined;
    return { rotary, cache, columns, tableRows: rows, lengths: rows.map(() => 0) };
  }
}

/** Index of each row's last valid token, as `[rows, 1]`. */
export function lastTokens(batch: Batch): number[][] {
  return batch.lengths.map((length) => [length - 1]);
}
