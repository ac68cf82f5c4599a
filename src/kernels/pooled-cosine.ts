import {
  createTensorBuffer,
  dispatch,
  requireCount,
  uploadBuffer,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './pooled-cosine.wgsl?raw';

/**
 * Cosines between pooled image tokens and pooled captions. A pool is a choice of rows of the image
 * features; with each the tokens of every caption are pooled in the same way, by their largest value
 * or their mean in each channel, and the cosine of the two vectors is taken (norms below 1e-8 count as
 * 1e-8, as in torch's `cosine_similarity`). Features are read where they lie, and no pooled vector is
 * stored.
 */
export type Pooling = 'max' | 'mean';

export interface Pool {
  /** Rows of the features, at least one. */
  readonly rows: ArrayLike<number>;
  readonly pooling: Pooling;
}

/** What is pooled and compared; the values apart. */
export interface PooledCosineChoice {
  /** Channels of a row of features or embeddings. */
  readonly hidden: number;
  /** Rows that there are of features, and of embeddings. */
  readonly featureRows: number;
  readonly embeddingRows: number;
  readonly pools: readonly Pool[];
  /** Rows of the embeddings that are a caption's, at least one, for each caption. */
  readonly captions: readonly ArrayLike<number>[];
}

export interface PooledCosineInput extends PooledCosineChoice {
  /** f32 `[featureRows, hidden]`. */
  readonly features: Float32Array;
  /** f32 `[embeddingRows, hidden]`. */
  readonly embeddings: Float32Array;
}

const MODES = { max: 0, mean: 1 } as const;

/** Captions that one workgroup compares with. */
const CHUNK = 4;

const SMALLEST_NORM = 1e-8;

/** Throws a sentence where a choice is empty or names rows that are not there. */
export function validatePooledCosine(choice: PooledCosineChoice): void {
  const { hidden, featureRows, embeddingRows, pools, captions } = choice;
  requireCount('The number of channels', hidden, 1);
  requireCount('The number of pools', pools.length, 1);
  requireCount('The number of captions', captions.length, 1);
  pools.forEach(({ rows }) => requireRows('A pool of image tokens', rows, featureRows));
  captions.forEach((rows) => requireRows('A caption', rows, embeddingRows));
}

function requireRows(what: string, rows: ArrayLike<number>, count: number): void {
  if (rows.length === 0) throw new Error(`${what} needs at least one token, but has none.`);
  for (let k = 0; k < rows.length; k++)
    if (!Number.isInteger(rows[k]) || rows[k]! < 0 || rows[k]! >= count)
      throw new Error(
        `${what} names the row ${rows[k]}, but there are the rows 0 to ${count - 1}.`,
      );
}

export function describePooledCosine(choice: PooledCosineChoice): KernelDescription {
  const { hidden, pools, captions } = choice;
  return {
    label: 'pooled cosine',
    source,
    entryPoint: 'main',
    uniforms: new Uint32Array([hidden, pools.length, captions.length]),
    workgroups: workgroupGrid(pools.length * Math.ceil(captions.length / CHUNK), 1),
    outputBytes: pools.length * captions.length * 4,
  };
}

/**
 * Runs the kernel. `features` and `embeddings`, laid out as in `PooledCosineInput`, stay the caller's;
 * so is the returned buffer, f32 `[pools, captions]`. The choice is trusted: validate it before.
 */
export function dispatchPooledCosine(
  device: GPUDevice,
  choice: PooledCosineChoice,
  { features, embeddings }: { features: GPUBuffer; embeddings: GPUBuffer },
): GPUBuffer {
  const description = describePooledCosine(choice);
  const cosines = createTensorBuffer(device, 'cosines', description.outputBytes);
  const packed = pack(choice);
  const lists = [packed.rows, packed.pools, packed.captions].map((list) =>
    uploadBuffer(device, list),
  );
  dispatch(device, description, [features, embeddings, ...lists, cosines]);
  lists.forEach((list) => list.destroy());
  return cosines;
}

/** All rows one after another, and where in them each pool's and each caption's lie. */
function pack({ pools, captions }: PooledCosineChoice) {
  const lists = [...pools.map(({ rows }) => rows), ...captions];
  const firsts: number[] = [];
  let length = 0;
  for (const list of lists) {
    firsts.push(length);
    length += list.length;
  }
  const rows = new Uint32Array(length);
  lists.forEach((list, at) => rows.set(list, firsts[at]!));
  const pooled = pools.flatMap((pool, at) => [
    firsts[at]!,
    pool.rows.length,
    MODES[pool.pooling],
    0,
  ]);
  const spans = captions.flatMap((list, at) => [firsts[pools.length + at]!, list.length]);
  return { rows, pools: Uint32Array.from(pooled), captions: Uint32Array.from(spans) };
}

/** The same in plain TypeScript: f32 `[pools, captions]`. */
export function pooledCosineReference(input: PooledCosineInput): Float32Array<ArrayBuffer> {
  const { hidden, features, embeddings, pools, captions } = input;
  const cosines = new Float32Array(pools.length * captions.length);
  const own = new Float32Array(hidden);
  const others = { max: new Map<number, Float32Array>(), mean: new Map<number, Float32Array>() };
  pools.forEach(({ rows, pooling }, pool) => {
    poolRows(features, rows, pooling, own);
    captions.forEach((tokens, caption) => {
      let other = others[pooling].get(caption);
      if (!other) {
        other = new Float32Array(hidden);
        poolRows(embeddings, tokens, pooling, other);
        others[pooling].set(caption, other);
      }
      cosines[pool * captions.length + caption] = cosine(own, other);
    });
  });
  return cosines;
}

function poolRows(
  values: Float32Array,
  rows: ArrayLike<number>,
  pooling: Pooling,
  into: Float32Array,
): void {
  const hidden = into.length;
  const start = rows[0]! * hidden;
  for (let channel = 0; channel < hidden; channel++) into[channel] = values[start + channel]!;
  for (let k = 1; k < rows.length; k++) {
    const base = rows[k]! * hidden;
    for (let channel = 0; channel < hidden; channel++) {
      const value = values[base + channel]!;
      if (pooling === 'mean') into[channel]! += value;
      else if (value > into[channel]!) into[channel] = value;
    }
  }
  if (pooling === 'mean')
    for (let channel = 0; channel < hidden; channel++) into[channel]! /= rows.length;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let channel = 0; channel < a.length; channel++) {
    dot += a[channel]! * b[channel]!;
    squaresA += a[channel]! ** 2;
    squaresB += b[channel]! ** 2;
  }
  const norm = (squares: number) => Math.max(Math.sqrt(squares), SMALLEST_NORM);
  return dot / (norm(squaresA) * norm(squaresB));
}
