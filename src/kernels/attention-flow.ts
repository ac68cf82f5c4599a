import {
  createTensorBuffer,
  dispatch,
  GPU_BUFFER_USAGE,
  requireCount,
  requireLength,
  uploadBuffer,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './attention-flow.wgsl?raw';

/**
 * How much of some tokens' attention each column gets: for every head and key column the mean over the
 * rows (query tokens) of softmax(scale · q·k), q and k rotated by the rows of a rotary table. Beside what
 * is read and given it holds `heads · rows` floats, never `rows · columns`.
 */
export interface AttentionFlowShape {
  /** Query tokens. */
  readonly rows: number;
  /** Key tokens: all of the sequence. */
  readonly columns: number;
  readonly heads: number;
  /** A divisor of `heads`; heads that share keys stand next to each other. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Rotated channels of a head / 2; the channels c and c + half turn together, the rest stays. */
  readonly half: number;
  /** Factor on the products of queries and keys. */
  readonly scale: number;
  /** Scores are kept within ± this, as `cap · tanh(x / cap)`; null: as they are. */
  readonly softcap: number | null;
}

export interface AttentionFlowInput extends AttentionFlowShape {
  /** f32 `[rows, heads · headDim]`, not rotated. */
  readonly queries: Float32Array;
  /** f32 `[columns, kvHeads · headDim]`, not rotated. */
  readonly keys: Float32Array;
  /** f32 `[columns, half]` each: the rotation of each token. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  /** u32 `[rows, 3]`, of `queryPlaces`. */
  readonly places: Uint32Array<ArrayBuffer>;
}

/** How far tokens see. */
export interface Sight {
  readonly columns: number;
  /** A token sees this many tokens, the last of them itself; null: all before it. */
  readonly window: number | null;
  /**
   * u32 `[columns]`: 0 for tokens that see nothing behind themselves, k for those of the k-th run of
   * neighbours that see each other in both directions, within the window. Left out: none do.
   */
  readonly runs?: Uint32Array | undefined;
}

/** u32 `[tokens, 3]`: each token, the first column that it sees, and the one behind the last. */
export function queryPlaces(
  tokens: readonly number[],
  { columns, window, runs }: Sight,
): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(tokens.length * 3);
  tokens.forEach((token, row) => {
    const first = window === null ? 0 : Math.max(0, token - window + 1);
    let end = token + 1;
    const run = runs?.[token] ?? 0;
    while (run !== 0 && end < columns && runs![end] === run) end++;
    places.set([token, first, end], row * 3);
  });
  return places;
}

/** Throws a sentence where sizes contradict each other or a row sees nothing. */
export function validateAttentionFlow(input: AttentionFlowInput): void {
  const { rows, columns, heads, kvHeads, headDim, half, places } = input;
  requireCount('The number of query tokens', rows, 1);
  requireCount('The number of key tokens', columns, 1);
  requireCount('The number of heads', heads, 1);
  requireCount('The number of key heads', kvHeads, 1);
  requireCount('The size of a head', headDim, 1);
  requireCount('Half the rotated channels', half, 0);
  if (heads % kvHeads !== 0)
    throw new Error(`${heads} heads cannot share ${kvHeads} heads of keys evenly.`);
  if (2 * half > headDim)
    throw new Error(
      `A head of ${headDim} channels cannot have ${2 * half} rotated ones; half the rotated channels was expected.`,
    );
  requireLength('The queries', input.queries.length, rows * heads * headDim);
  requireLength('The keys', input.keys.length, columns * kvHeads * headDim);
  requireLength('The cosines', input.cos.length, columns * half);
  requireLength('The sines', input.sin.length, columns * half);
  requireLength('The places of the queries', places.length, rows * 3);
  for (let row = 0; row < rows; row++) {
    const [token, first, end] = places.subarray(row * 3, row * 3 + 3) as unknown as number[];
    if (token! >= columns || first! >= end! || end! > columns)
      throw new Error(
        `A query sees one column at least of the ${columns}, but row ${row} is token ${token} and sees the columns from ${first} up to, without, ${end}.`,
      );
  }
}

const SIDE = 16;

function describePass(
  shape: AttentionFlowShape,
  entryPoint: 'row_sums' | 'column_means',
): KernelDescription {
  const { rows, columns, heads, kvHeads, headDim, half, scale, softcap } = shape;
  const uniforms = new Uint32Array([rows, columns, heads, kvHeads, headDim, half, 0, 0]);
  new Float32Array(uniforms.buffer).set([scale, softcap ?? 0], 6);
  const along = entryPoint === 'row_sums' ? rows : columns;
  return {
    label: `attention flow, ${entryPoint.replace('_', ' ')}`,
    source,
    entryPoint,
    uniforms,
    workgroups: workgroupGrid(heads * Math.ceil(along / SIDE), 1),
    outputBytes: heads * along * 4,
  };
}

/** The two passes: the rows' sums, and the columns' means that read them. */
export function describeAttentionFlow(
  shape: AttentionFlowShape,
): readonly [sums: KernelDescription, means: KernelDescription] {
  return [describePass(shape, 'row_sums'), describePass(shape, 'column_means')];
}

/**
 * Runs the kernel. All buffers are the caller's, the returned one included (f32 `[heads, columns]`);
 * inputs are laid out as in `AttentionFlowInput` and are trusted, but for `places`, which is uploaded.
 */
export function dispatchAttentionFlow(
  device: GPUDevice,
  shape: AttentionFlowShape,
  buffers: { queries: GPUBuffer; keys: GPUBuffer; cos: GPUBuffer; sin: GPUBuffer },
  places: Uint32Array<ArrayBuffer>,
): GPUBuffer {
  const [sums, means] = describeAttentionFlow(shape);
  const { queries, keys, cos, sin } = buffers;
  const placesBuffer = uploadBuffer(device, places, GPU_BUFFER_USAGE.STORAGE);
  const logSums = createTensorBuffer(device, 'attention flow sums', sums.outputBytes);
  const result = createTensorBuffer(device, 'attention flow', means.outputBytes);
  const inputs = [queries, keys, cos, sin, placesBuffer, logSums];
  dispatch(device, sums, inputs);
  dispatch(device, means, [...inputs, result]);
  // Submitted work keeps what it reads alive.
  placesBuffer.destroy();
  logSums.destroy();
  return result;
}

/** The same in plain TypeScript: f32 `[heads, columns]`. */
export function attentionFlowReference(input: AttentionFlowInput): Float32Array<ArrayBuffer> {
  const { rows, columns, heads, kvHeads, headDim, places, scale, softcap } = input;
  const means = new Float32Array(heads * columns);
  const keys = new Float32Array(columns * headDim);
  const query = new Float32Array(headDim);
  const scores = new Float32Array(columns);
  const share = heads / kvHeads;
  for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
    for (let column = 0; column < columns; column++) {
      const from = (column * kvHeads + kvHead) * headDim;
      rotate(input.keys, from, input, column, keys, column * headDim);
    }
    for (let head = kvHead * share; head < (kvHead + 1) * share; head++)
      for (let row = 0; row < rows; row++) {
        const from = (row * heads + head) * headDim;
        rotate(input.queries, from, input, places[row * 3]!, query, 0);
        const first = places[row * 3 + 1]!;
        const end = places[row * 3 + 2]!;
        let largest = -Infinity;
        for (let column = first; column < end; column++) {
          let product = 0;
          const at = column * headDim;
          for (let c = 0; c < headDim; c++) product += query[c]! * keys[at + c]!;
          product *= scale;
          if (softcap !== null) product = softcap * Math.tanh(product / softcap);
          scores[column] = product;
          if (product > largest) largest = product;
        }
        let sum = 0;
        for (let column = first; column < end; column++)
          sum += scores[column] = Math.exp(scores[column]! - largest);
        const factor = 1 / (sum * rows);
        const to = head * columns;
        for (let column = first; column < end; column++)
          means[to + column]! += scores[column]! * factor;
      }
  }
  return means;
}

/** One head's channels of one token, turned by row `token` of the tables. */
function rotate(
  source: Float32Array,
  from: number,
  { headDim, half, cos, sin }: Pick<AttentionFlowInput, 'headDim' | 'half' | 'cos' | 'sin'>,
  token: number,
  target: Float32Array,
  to: number,
): void {
  const table = token * half;
  for (let c = 0; c < half; c++) {
    const a = source[from + c]!;
    const b = source[from + half + c]!;
    const x = cos[table + c]!;
    const y = sin[table + c]!;
    target[to + c] = a * x - b * y;
    target[to + half + c] = b * x + a * y;
  }
  for (let c = 2 * half; c < headDim; c++) target[to + c] = source[from + c]!;
}
