/** Quantisation of a matrix that streams by: the three parts of the result as lazy tensors. */
import { evenChunks, type LazyTensor } from './lazy.ts';
import {
  allocateQuantisedRows,
  type FloatRows,
  type QuantisedFormat,
  quantisedRowLayout,
  quantiseRows,
} from './quantise.ts';
import { BYTES_PER_ELEMENT } from './tensor.ts';

/** A matrix `[rows, columns]`, block-wise quantised along its columns. */
export interface QuantisedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly format: QuantisedFormat;
  /** `[rows, blocks, blockSize · bits / 8]`. */
  readonly codes: LazyTensor<'uint8'>;
  /** `[rows, blocks]`. */
  readonly scales: LazyTensor<'float32' | 'float16'>;
  /** `[rows, ⌈blocks · bits / 8⌉]`; undefined where the format is symmetric. */
  readonly zeroPoints: LazyTensor<'uint8'> | undefined;
}

/** Bytes of the source that are quantised at a time. */
const GROUP_BYTES = 4 * 2 ** 20;

/**
 * Quantises `source` while its parts are read. Reading the codes runs the source once and keeps the
 * scales and zero points in memory (an eighth of the codes each block of 32 at 4 bits) until they are
 * read in their turn; reading those first, or again, runs the source again. `name` is for errors.
 */
export function quantisedMatrix(
  source: LazyTensor,
  name: string,
  format: QuantisedFormat,
): QuantisedMatrix {
  const [rows = 0, columns = 0] = source.shape;
  if (source.shape.length !== 2 || rows < 1 || !isFloat(source)) {
    throw new Error(
      `The tensor ${name} should be a matrix of float32, float16 or bfloat16 to be quantised, but it is [${source.shape.join(', ')}] of ${source.dtype}.`,
    );
  }
  const { dtype } = source;
  const { blocks, codeBytes, zeroPointBytes } = quantisedRowLayout(columns, format);
  const kept: { scales?: Uint8Array | undefined; zeroPoints?: Uint8Array | undefined } = {};

  async function* codes(): AsyncGenerator<Uint8Array> {
    const rowBytes = columns * BYTES_PER_ELEMENT[dtype];
    const groupRows = Math.min(rows, Math.max(1, Math.floor(GROUP_BYTES / rowBytes)));
    const group = allocateQuantisedRows(groupRows, columns, format);
    const scaleBytes = blocks * group.scales.BYTES_PER_ELEMENT;
    const scales = new Uint8Array(rows * scaleBytes);
    const zeroPoints = new Uint8Array(rows * zeroPointBytes);
    let row = 0;
    for await (const bytes of evenChunks(source, name, groupRows * rowBytes)) {
      const count = bytes.byteLength / rowBytes;
      try {
        quantiseRows(floatRows(dtype, bytes), count, columns, format, group);
      } catch (error) {
        throw new Error(`In the tensor ${name}, rows counted from ${row}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      scales.set(new Uint8Array(group.scales.buffer, 0, count * scaleBytes), row * scaleBytes);
      if (group.zeroPoints) {
        zeroPoints.set(group.zeroPoints.subarray(0, count * zeroPointBytes), row * zeroPointBytes);
      }
      row += count;
      yield group.codes.subarray(0, count * codeBytes);
    }
    kept.scales = scales;
    kept.zeroPoints = zeroPoints;
  }

  async function* part(which: 'scales' | 'zeroPoints'): AsyncGenerator<Uint8Array> {
    if (!kept[which]) await drain(codes());
    const bytes = kept[which] as Uint8Array;
    kept[which] = undefined;
    yield bytes;
  }

  const codeShape = [rows, blocks, (format.blockSize * format.bits) / 8];
  return {
    rows,
    columns,
    format,
    codes: { dtype: 'uint8', shape: codeShape, chunks: codes },
    scales: { dtype: format.scaleType, shape: [rows, blocks], chunks: () => part('scales') },
    zeroPoints: format.symmetric
      ? undefined
      : { dtype: 'uint8', shape: [rows, zeroPointBytes], chunks: () => part('zeroPoints') },
  };
}

async function drain(chunks: AsyncIterator<unknown>): Promise<void> {
  while (!(await chunks.next()).done);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isFloat(tensor: LazyTensor): tensor is LazyTensor<FloatRows['dtype']> {
  return ['float32', 'float16', 'bfloat16'].includes(tensor.dtype);
}

function floatRows(dtype: FloatRows['dtype'], bytes: Uint8Array): FloatRows {
  const { buffer, byteOffset, byteLength } = bytes;
  return dtype === 'float32'
    ? { dtype, data: new Float32Array(buffer, byteOffset, byteLength / 4) }
    : { dtype, data: new Uint16Array(buffer, byteOffset, byteLength / 2) };
}
