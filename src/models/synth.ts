/** A full-size checkpoint of random weights, in a published repository's layout. */
import { floatToBfloat, floatToHalf } from '../tensor/float16.ts';
import { safetensorsHeader } from '../tensor/safetensors.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { ModelStore } from './model-store.ts';
import { expandTensors, type PublishedFacts, type TensorTable } from './published.ts';
import { drawTable, mixed, randomWeights, type Spread } from './random-weights.ts';
import { synthTokenizer } from './synth-tokenizer.ts';

/** Facts of a repository with its own JSON files (config, processor, generation) as text. */
export interface Geometry {
  readonly facts: PublishedFacts & { readonly weights: { readonly shards: number } };
  readonly table: TensorTable;
  readonly files: ReadonlyMap<string, string>;
  readonly vocabSize: number;
}

export interface SynthOptions {
  readonly geometry: Geometry;
  readonly seed: number;
  readonly store: ModelStore;
  /** The folder's name in the store. */
  readonly folder: string;
  readonly onProgress?: ((bytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Tensors = ReturnType<typeof expandTensors>;

/** Of 1-dimensional tensors that are no norm's weight. */
const SMALL: Spread = { mean: 0, deviation: 0.02 };

const NORM_DEVIATION = 0.05;

/**
 * Writes the folder, the index of the weights last; where that fails, nothing of it is left. The same
 * seed gives the same bytes.
 */
export async function synthesise(options: SynthOptions): Promise<void> {
  const { geometry, store, folder } = options;
  await store.remove(folder);
  try {
    for (const [name, text] of settingsOf(geometry)) await writeText(store, folder, name, text);
    await writeWeights(options);
  } catch (error) {
    await store.remove(folder).catch(() => {});
    throw error;
  }
}

function settingsOf({ files, facts, vocabSize }: Geometry): Map<string, string> {
  return new Map([...files, ...synthTokenizer(facts, vocabSize)]);
}

async function writeWeights(options: SynthOptions): Promise<void> {
  const { geometry, store, folder, onProgress, signal } = options;
  const { table, facts } = geometry;
  const shards = intoShards(expandTensors(table), table.bytes, facts.weights.shards);
  const map: Record<string, string> = {};
  let written = 0;
  for (const [at, tensors] of shards.entries()) {
    const name = `model-${number(at + 1)}-of-${number(shards.length)}.safetensors`;
    const file = await store.create(folder, name);
    try {
      await file.write(safetensorsHeader(tensors, { format: 'pt' }));
      for (const [tensor, piece] of piecesOf(tensors, geometry, options.seed)) {
        signal?.throwIfAborted();
        map[tensor] = name;
        await file.write(piece);
        written += piece.byteLength;
        onProgress?.(written, table.bytes);
      }
      await file.close();
    } catch (error) {
      await file.abort();
      throw error;
    }
  }
  const index = { metadata: { total_size: table.bytes }, weight_map: map };
  const text = `${JSON.stringify(index, null, 2)}\n`;
  await writeText(store, folder, 'model.safetensors.index.json', text);
}

/** Consecutive tensors, about as many bytes in each shard. */
function intoShards(tensors: Tensors, bytes: number, count: number): Tensors[] {
  const shards = Array.from({ length: count }, (): Tensors => new Map());
  let before = 0;
  for (const [name, tensor] of tensors) {
    shards[Math.floor((before / bytes) * count)]!.set(name, tensor);
    before += elementCount(tensor.shape) * 2;
  }
  return shards.filter((shard) => shard.size > 0);
}

function* piecesOf(
  tensors: Tensors,
  { facts, table }: Geometry,
  seed: number,
): Generator<[name: string, piece: Uint8Array]> {
  const toBits = table.dtype === 'BF16' ? floatToBfloat : floatToHalf;
  const tables = new Map<string, Uint16Array>();
  for (const [name, { shape }] of tensors) {
    const own = [...name].reduce(
      (hash, letter) => mixed(hash ^ letter.codePointAt(0)!),
      mixed(seed),
    );
    const spread = spreadOf(name, shape, facts);
    const key = `${spread.mean} ${spread.deviation}`;
    const draws = tables.get(key) ?? drawTable(spread, toBits);
    tables.set(key, draws);
    for (const piece of randomWeights(elementCount(shape), draws, own)) yield [name, piece];
  }
}

/**
 * Matrices keep the spread of what passes through them: deviation 1 / √inputs. Norms multiply by
 * about 1; Gemma's own add 1 to what is stored, those of its tower do not.
 */
export function spreadOf(
  name: string,
  shape: readonly number[],
  { repository, weights }: PublishedFacts,
): Spread {
  if (shape.length > 1) return { mean: 0, deviation: 1 / Math.sqrt(elementCount(shape.slice(1))) };
  if (!/(norm\d?|layrnorm|ln_q)\.weight$/.test(name)) return SMALL;
  const offset = repository.includes('gemma') && !name.startsWith(weights.parts.encoder);
  return { mean: offset ? 0 : 1, deviation: NORM_DEVIATION };
}

function number(value: number): string {
  return String(value).padStart(5, '0');
}

async function writeText(
  store: ModelStore,
  folder: string,
  path: string,
  text: string,
): Promise<void> {
  const file = await store.create(folder, path);
  await file.write(new TextEncoder().encode(text));
  await file.close();
}
