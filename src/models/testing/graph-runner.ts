/**
 * Runs the three graphs on onnxruntime-node's CPU provider for tests, with rotary tables computed in
 * plain TypeScript. Batches come as the Hugging Face processor gives them, padded on either side.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementCount, type HostTensor } from '../../tensor/tensor.ts';
import type { ModelBundle } from '../families.ts';
import type { ModelSpec, RotarySpec } from '../spec.ts';

export type Cache = Readonly<Record<string, Tensor>>;

/** Valid tokens of one batch row, padding removed. */
export interface Row {
  readonly ids: readonly bigint[];
  /** Assigned position of each token. */
  readonly positions: readonly number[];
  /** Where each token stood in the padded row. */
  readonly columns: readonly number[];
}

export interface Runner {
  readonly spec: ModelSpec;
  /** float32 `[pictures, tokens, hidden]`. */
  encode(pixelValues: HostTensor): Promise<HostTensor<'float32'>>;
  /** float32 `[b, longest row, hidden]`; pictures are taken in the order of the rows. */
  embed(rows: readonly Row[], features: HostTensor<'float32'>): Promise<Float32Array>;
  decode(request: DecodeRequest): Promise<{ logits: Float32Array; cache: Cache }>;
}

export interface DecodeRequest {
  /** `[b, s, hidden]`. */
  readonly embeds: Float32Array;
  /** Assigned positions of the s new tokens of each row; shorter rows are padded on the right. */
  readonly positions: readonly (readonly number[])[];
  readonly past?: { readonly cache: Cache; readonly length: number };
}

export async function createRunner(bundle: ModelBundle): Promise<Runner> {
  const { spec } = bundle;
  const open = (bytes: Uint8Array) =>
    InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 });
  const vision = await open(bundle.vision);
  const embedder = await open(bundle.embed);
  const decoder = await open(bundle.decoder);
  return {
    spec,
    encode: async (pixelValues) => {
      const result = await vision.run({ pixel_values: toOrt(pixelValues) });
      const features = result['image_features'] as Tensor;
      return {
        dtype: 'float32',
        shape: features.dims,
        data: new Float32Array(features.data as Float32Array),
      };
    },
    embed: async (rows, features) => {
      const hidden = spec.decoder.hiddenSize;
      const result = await embedder.run({
        ...embedFeeds(rows, spec.imageTokenId),
        image_features: new Tensor('float32', features.data, [
          features.data.length / hidden,
          hidden,
        ]),
      });
      return new Float32Array((result['inputs_embeds'] as Tensor).data as Float32Array);
    },
    decode: (request) => decode(decoder, spec, request),
  };
}

function toOrt({ dtype, shape, data }: HostTensor): Tensor {
  return new Tensor(dtype as 'float32', data as Float32Array, [...shape]);
}

function embedFeeds(rows: readonly Row[], imageToken: number): Record<string, Tensor> {
  const longest = Math.max(...rows.map((row) => row.ids.length));
  const ids = new BigInt64Array(rows.length * longest);
  const index = new BigInt64Array(rows.length * longest).fill(-1n);
  let feature = 0n;
  rows.forEach((row, b) =>
    row.ids.forEach((id, n) => {
      ids[b * longest + n] = id;
      if (id === BigInt(imageToken)) index[b * longest + n] = feature++;
    }),
  );
  const dims = [rows.length, longest];
  return {
    input_ids: new Tensor('int64', ids, dims),
    image_index: new Tensor('int64', index, dims),
  };
}

async function decode(
  session: InferenceSession,
  spec: ModelSpec,
  { embeds, positions, past }: DecodeRequest,
): Promise<{ logits: Float32Array; cache: Cache }> {
  const { hiddenSize, layers, kvHeads, headDim, rotary } = spec.decoder;
  const batch = positions.length;
  const length = embeds.length / hiddenSize / batch;
  const pastLength = past?.length ?? 0;
  const padded = positions.flatMap((row) => [...row, ...Array(length - row.length).fill(0)]);
  const each = BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(i));
  const inRow = each.map((i) => i % BigInt(length));
  const half = rotary.dim / 2;
  const feeds: Record<string, Tensor> = {
    inputs_embeds: new Tensor('float32', embeds, [batch, length, hiddenSize]),
    cos_cache: new Tensor('float32', table(rotary, padded, Math.cos), [padded.length, half]),
    sin_cache: new Tensor('float32', table(rotary, padded, Math.sin), [padded.length, half]),
    rotary_index: new Tensor('int64', each, [batch, length]),
    logits_index: new Tensor('int64', inRow, [batch, length]),
    seqlens_k: new Tensor(
      'int32',
      Int32Array.from(positions, (row) => pastLength + row.length - 1),
      [batch],
    ),
    total_sequence_length: new Tensor('int32', Int32Array.of(pastLength + length), [1]),
  };
  for (let layer = 0; layer < layers; layer++) {
    for (const kind of ['key', 'value']) {
      const dims = [batch, kvHeads, pastLength, headDim];
      const cached = past?.cache[`present.${layer}.${kind}`]?.data as Float32Array | undefined;
      // A copy: feeding an output straight back in was seen to give wrong results.
      const data = cached ? new Float32Array(cached) : new Float32Array(elementCount(dims));
      feeds[`past_key_values.${layer}.${kind}`] = new Tensor('float32', data, dims);
    }
  }
  const { logits, ...cache } = await session.run(feeds);
  return {
    logits: new Float32Array((logits as Tensor).data as Float32Array),
    cache: cache as Cache,
  };
}

/** `[positions, dim / 2]`: the product in float32 as the checkpoint's code has it, the sine in float64. */
function table(
  rotary: RotarySpec,
  positions: readonly number[],
  f: (angle: number) => number,
): Float32Array {
  return Float32Array.from(
    positions.flatMap((p) => Array.from(rotary.invFreq, (inv) => f(Math.fround(p * inv)))),
  );
}

/** The valid tokens of every row of a padded batch. `positions` is float32 `[b, s]`. */
export function unpaddedRows(
  inputs: ReadonlyMap<string, HostTensor>,
  positions: HostTensor,
): Row[] {
  const { shape, data: ids } = inputs.get('input_ids') as HostTensor<'int64'>;
  const { data: mask } = inputs.get('attention_mask') as HostTensor<'int64'>;
  const [batch = 0, length = 0] = shape;
  return Array.from({ length: batch }, (_, b) => {
    const columns = Array.from({ length }, (_, n) => n).filter((n) => mask[b * length + n] === 1n);
    const at = <T>(values: ArrayLike<T>) => columns.map((n) => values[b * length + n] as T);
    return { columns, ids: at(ids), positions: at(positions.data as Float32Array) };
  });
}
