/**
 * onnxruntime's operators on block-wise quantised weights (domain com.microsoft), and the layers made
 * of them. Both exist on the cpu, wasm and webgpu providers (measured with 1.30); their contracts are
 * in docs/ContribOperators.md of microsoft/onnxruntime.
 */
import type { QuantisedMatrix } from '../tensor/quantised-lazy.ts';
import { type GraphBuilder, MICROSOFT, type Value } from './builder.ts';
import { Cast, Slice } from './ops.ts';
import { DATA_TYPE } from './schema.ts';

/** The parts of a quantised matrix in a graph. */
export interface QuantisedValues {
  /** uint8. */
  readonly codes: Value;
  readonly scales: Value;
  /** uint8; left out: 2^(bits − 1). */
  readonly zeroPoints?: Value | undefined;
}

/**
 * Computes in the type of `input`. Level 4 would let providers round the activations to 8 bits
 * (MLAS on CPUs, DP4A on GPUs), and 0 promises nothing.
 */
const FLOAT32_ACCURACY = 1;

/**
 * `input` `[…, K]` times the transpose of a matrix `[N, K]`, plus `bias` `[N]`. `codes`
 * `[N, ⌈K / blockSize⌉, blockSize · bits / 8]`, `scales` of the type of `input` `[N, ⌈K / blockSize⌉]`,
 * `zeroPoints` `[N, ⌈blocks · bits / 8⌉]`.
 */
export function MatMulNBits(
  g: GraphBuilder,
  input: Value,
  { codes, scales, zeroPoints }: QuantisedValues,
  { K, N, bits, blockSize }: { K: number; N: number; bits: number; blockSize: number },
  bias?: Value,
): Value {
  const inputs = [input, codes, scales, zeroPoints ?? ''];
  // The input between them, g_idx, is deprecated and refused on webgpu.
  if (bias !== undefined) inputs.push('', bias);
  return g.node(
    'MatMulNBits',
    withoutTail(inputs),
    { K, N, bits, block_size: blockSize, accuracy_level: FLOAT32_ACCURACY },
    MICROSOFT,
  );
}

/**
 * Rows `indices` of a matrix, dequantised to the type of `scales`: `[…, columns]`, where the columns
 * fill whole blocks. `codes` `[rows, columns · bits / 8]`, `scales` `[rows, blocks]`, `zeroPoints`
 * `[rows, blocks · bits / 8]`: with 4 bits webgpu takes them for even numbers of blocks alone.
 */
export function GatherBlockQuantized(
  g: GraphBuilder,
  { codes, scales, zeroPoints }: QuantisedValues,
  indices: Value,
  { bits, blockSize }: { bits: number; blockSize: number },
): Value {
  return g.node(
    'GatherBlockQuantized',
    withoutTail([codes, indices, scales, zeroPoints ?? '']),
    { gather_axis: 0, quantize_axis: 1, bits, block_size: blockSize },
    MICROSOFT,
  );
}

function withoutTail(inputs: readonly Value[]): Value[] {
  return inputs.slice(0, inputs.findLastIndex((value) => value !== '') + 1);
}

/**
 * A linear layer: `input` `[…, columns]` times the transpose of `weight` (stored outputs × inputs),
 * plus `bias`; all but the stored scales are of the type `compute`. Adds the weight's parts as the
 * initialisers `name.codes|scales|zero_points`.
 */
export function quantisedLinear(
  g: GraphBuilder,
  input: Value,
  name: string,
  weight: QuantisedMatrix,
  compute: 'float32' | 'float16',
  bias?: Value,
): Value {
  const { rows, columns, format } = weight;
  const stored = addQuantised(g, name, weight, weight.codes.shape);
  const scales =
    format.scaleType === compute ? stored.scales : Cast(g, stored.scales, DATA_TYPE[compute]);
  const { bits, blockSize } = format;
  const sizes = { K: columns, N: rows, bits, blockSize };
  return MatMulNBits(g, input, { ...stored, scales }, sizes, bias);
}

/**
 * Rows `ids` of an embedding table, `[…, columns]`. Adds the table's parts as initialisers like
 * `quantisedLinear`. `table` should be made with `embeddingFormat`.
 */
export function quantisedEmbedding(
  g: GraphBuilder,
  ids: Value,
  name: string,
  table: QuantisedMatrix,
): Value {
  const { rows, columns, format } = table;
  const [, blocks = 0, blockBytes = 0] = table.codes.shape;
  const values = addQuantised(g, name, table, [rows, blocks * blockBytes]);
  const whole = GatherBlockQuantized(g, values, ids, format);
  return blocks * format.blockSize === columns ? whole : Slice(g, whole, 0, columns, -1);
}

/** The format that `quantisedEmbedding` needs: packed zero points must fill whole bytes. */
export function embeddingFormat(format: QuantisedMatrix['format']): QuantisedMatrix['format'] {
  return { ...format, blockMultiple: format.symmetric ? 1 : 8 / format.bits };
}

function addQuantised(
  g: GraphBuilder,
  name: string,
  { codes, scales, zeroPoints }: QuantisedMatrix,
  codeShape: readonly number[],
): QuantisedValues {
  // The codes first: writing them keeps the scales and zero points for the next in line.
  return {
    codes: g.initializer(`${name}.codes`, { ...codes, shape: codeShape }),
    scales: g.initializer(`${name}.scales`, scales),
    zeroPoints: zeroPoints && g.initializer(`${name}.zero_points`, zeroPoints),
  };
}
