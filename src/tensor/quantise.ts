/**
 * Block-wise quantisation of a matrix `[rows, columns]` (a linear layer's weight as stored, outputs ×
 * inputs, or an embedding table) along its columns, and back. The layout is that of onnxruntime's
 * `com.microsoft.MatMulNBits` and `GatherBlockQuantized` (docs/ContribOperators.md and
 * contrib_ops/cpu/quantization of microsoft/onnxruntime): value = (code − zero point) · scale.
 */
import { floatToHalf, halfToFloat } from './float16.ts';

export interface QuantisedFormat {
  readonly bits: 4 | 8;
  /** Columns that share a scale: a power of two, at least 16. */
  readonly blockSize: number;
  /** Symmetric: the zero point is 2^(bits − 1), and not stored. */
  readonly symmetric: boolean;
  /** The type of the activations that the matrix is multiplied with. */
  readonly scaleType: 'float32' | 'float16';
  /** Blocks of a row are filled up with empty ones to a multiple of this; 1 where left out. */
  readonly blockMultiple?: number;
}

/** Rows of a floating-point matrix; half floats and bfloat16 as raw bits. */
export type FloatRows =
  | { readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly dtype: 'float16' | 'bfloat16'; readonly data: Uint16Array };

export interface QuantisedRows {
  /** `[rows, blocks, blockSize · bits / 8]`; of two 4-bit codes in a byte the first is the low one. */
  readonly codes: Uint8Array;
  /** `[rows, blocks]`. */
  readonly scales: Float32Array | Uint16Array;
  /** `[rows, ⌈blocks · bits / 8⌉]`, packed like the codes. */
  readonly zeroPoints: Uint8Array | undefined;
}

/** Lengths of one row in its three parts. */
export interface QuantisedRowLayout {
  readonly blocks: number;
  readonly codeBytes: number;
  /** 0 where the format is symmetric. */
  readonly zeroPointBytes: number;
}

/** @throws where the block size or the columns are none that the operators know. */
export function quantisedRowLayout(columns: number, format: QuantisedFormat): QuantisedRowLayout {
  const { bits, blockSize, symmetric, blockMultiple = 1 } = format;
  if (blockSize < 16 || !Number.isInteger(Math.log2(blockSize))) {
    throw new Error(`A block should hold a power of two of at least 16 values, not ${blockSize}.`);
  }
  if (!Number.isInteger(columns) || columns < 1) {
    throw new Error(`A matrix to quantise should have at least one column, not ${columns}.`);
  }
  const blocks = Math.ceil(columns / blockSize / blockMultiple) * blockMultiple;
  return {
    blocks,
    codeBytes: (blocks * blockSize * bits) / 8,
    zeroPointBytes: symmetric ? 0 : Math.ceil((blocks * bits) / 8),
  };
}

/** Memory for `rows` rows, for `quantiseRows` to fill again and again. */
export function allocateQuantisedRows(
  rows: number,
  columns: number,
  format: QuantisedFormat,
): QuantisedRows {
  const { blocks, codeBytes, zeroPointBytes } = quantisedRowLayout(columns, format);
  const Scales = format.scaleType === 'float32' ? Float32Array : Uint16Array;
  return {
    codes: new Uint8Array(rows * codeBytes),
    scales: new Scales(rows * blocks),
    zeroPoints: format.symmetric ? undefined : new Uint8Array(rows * zeroPointBytes),
  };
}

/**
 * Quantises `rows` rows of `columns` values, to the nearest code. A symmetric block's value of the
 * largest magnitude becomes code 0; an asymmetric block's range is widened to hold 0. The scale is
 * rounded to its type first, so that codes fit the scale that is stored. What fills up the last block
 * stands for 0. Rows do not influence each other: a matrix may be quantised in any pieces of rows.
 * `into` is written where given (it may be longer). @throws for values that are not finite.
 */
export function quantiseRows(
  source: FloatRows,
  rows: number,
  columns: number,
  format: QuantisedFormat,
  into: QuantisedRows = allocateQuantisedRows(rows, columns, format),
): QuantisedRows {
  const { bits, blockSize, symmetric } = format;
  const { blocks, codeBytes, zeroPointBytes } = quantisedRowLayout(columns, format);
  const { codes, zeroPoints } = into;
  const top = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const load = rowLoader(source);
  // Beyond the columns it stays 0: what fills up the last block.
  const values = new Float32Array(blocks * blockSize);
  const words = new Int32Array(values.buffer);
  const endBits = new Int32Array(2);
  const ends = new Float32Array(endBits.buffer);
  const storeScale = scaleStore(into.scales);
  zeroPoints?.fill(0, 0, rows * zeroPointBytes);

  for (let row = 0; row < rows; row++) {
    load(row * columns, columns, values, words);
    for (let index = 0; index < blocks; index++) {
      const start = index * blockSize;
      findEnds(words, start, start + blockSize, endBits);
      if ((endBits[0] as number) >= INFINITY_BITS || (endBits[1] as number) >= INFINITY_BITS) {
        throw new Error(notFinite(row, start, Math.min(start + blockSize, columns)));
      }
      const high = ends[0] as number;
      const low = -(ends[1] as number);
      const extreme = high > -low ? high : low;
      const wanted = symmetric ? extreme / -middle : (high - low) / top;
      const scale = storeScale(row * blocks + index, wanted);
      const inverse = scale === 0 ? 0 : 1 / scale;
      let zeroPoint = middle;
      if (zeroPoints) {
        zeroPoint = Math.min(top, Math.round(-low * inverse));
        storeZeroPoint(zeroPoints, row * zeroPointBytes, index, bits, zeroPoint);
      }
      const at = row * codeBytes + (start * bits) / 8;
      if (bits === 4) packNibbles(values, start, blockSize, inverse, zeroPoint, codes, at);
      else packBytes(values, start, blockSize, inverse, zeroPoint, codes, at);
    }
  }
  return into;
}

function notFinite(row: number, start: number, end: number): string {
  return `A weight in row ${row}, in the columns ${start} to ${end - 1}, is not a finite number; such a matrix cannot be quantised.`;
}

type RowLoader = (start: number, count: number, values: Float32Array, words: Int32Array) => void;

/** Decodes values to float32; `words` are the same memory as `values`. */
function rowLoader({ dtype, data }: FloatRows): RowLoader {
  switch (dtype) {
    case 'float32':
      return (start, count, values) => {
        for (let i = 0; i < count; i++) values[i] = data[start + i] as number;
      };
    case 'bfloat16':
      return (start, count, _, words) => {
        for (let i = 0; i < count; i++) words[i] = (data[start + i] as number) << 16;
      };
    case 'float16': {
      const table = halfTable();
      return (start, count, values) => {
        for (let i = 0; i < count; i++) values[i] = table[data[start + i] as number] as number;
      };
    }
  }
}

let halves: Float32Array | undefined;

/** The value of every half: looking one up is several times faster than decoding it. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  return halves;
}

/** The bits of the smallest float32 that is not finite. */
const INFINITY_BITS = 0x7f800000;

/**
 * Finds the largest positive and the largest negative value of a block, or 0, and puts the bits of
 * their magnitudes into `ends`. Bits of floats order like the floats, with infinities and NaN last.
 * Comparing without branches takes a third of the time: where a maximum grows cannot be predicted.
 */
function findEnds(words: Int32Array, start: number, end: number, ends: Int32Array): void {
  let positive = 0;
  let negative = 0;
  for (let i = start; i < end; i++) {
    const word = words[i] as number;
    const sign = word >> 31;
    const above = positive - (word & ~sign);
    const below = negative - (word & sign & 0x7fffffff);
    positive -= above & (above >> 31);
    negative -= below & (below >> 31);
  }
  ends[0] = positive;
  ends[1] = negative;
}

/** Stores a scale in its type and gives the value that it was rounded to. */
function scaleStore(scales: Float32Array | Uint16Array): (at: number, value: number) => number {
  if (scales instanceof Float32Array) {
    return (at, value) => {
      scales[at] = value;
      return scales[at] as number;
    };
  }
  return (at, value) => {
    const half = floatToHalf(value);
    if ((half & 0x7fff) === 0x7c00) {
      throw new Error(
        `A block of weights needs the scale ${value}, which float16 cannot hold; store the scales as float32.`,
      );
    }
    scales[at] = half;
    return halfToFloat(half);
  };
}

function storeZeroPoint(
  zeroPoints: Uint8Array,
  rowStart: number,
  index: number,
  bits: number,
  value: number,
): void {
  if (bits === 8) zeroPoints[rowStart + index] = value;
  else {
    const at = rowStart + (index >> 1);
    zeroPoints[at] = (zeroPoints[at] as number) | (value << ((index & 1) * 4));
  }
}

/** Writes the codes of one block, the first of two in the low half of their byte. */
function packNibbles(
  values: Float32Array,
  start: number,
  count: number,
  inverse: number,
  zeroPoint: number,
  codes: Uint8Array,
  at: number,
): void {
  // Truncation rounds down here: the sum is below 0 only where a rounded scale is too small.
  const offset = zeroPoint + 0.5;
  for (let i = 0; i < count; i += 2) {
    const first = ((values[start + i] as number) * inverse + offset) | 0;
    const second = ((values[start + i + 1] as number) * inverse + offset) | 0;
    const low = first < 0 ? 0 : first > 15 ? 15 : first;
    const high = second < 0 ? 0 : second > 15 ? 15 : second;
    codes[at + (i >> 1)] = low | (high << 4);
  }
}

function packBytes(
  values: Float32Array,
  start: number,
  count: number,
  inverse: number,
  zeroPoint: number,
  codes: Uint8Array,
  at: number,
): void {
  const offset = zeroPoint + 0.5;
  for (let i = 0; i < count; i++) {
    const code = ((values[start + i] as number) * inverse + offset) | 0;
    codes[at + i] = code < 0 ? 0 : code > 255 ? 255 : code;
  }
}

/** The values that the operators compute with: float32 `[rows, columns]`, padding left out. */
export function dequantiseRows(
  quantised: QuantisedRows,
  rows: number,
  columns: number,
  format: QuantisedFormat,
): Float32Array {
  const { bits, blockSize } = format;
  const { blocks, codeBytes, zeroPointBytes } = quantisedRowLayout(columns, format);
  const { codes, scales, zeroPoints } = quantised;
  const nibble = (bytes: Uint8Array, start: number, index: number) =>
    ((bytes[start + (index >> 1)] as number) >> ((index & 1) * 4)) & 15;
  const entry = (bytes: Uint8Array, start: number, index: number) =>
    bits === 4 ? nibble(bytes, start, index) : (bytes[start + index] as number);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = Math.floor(column / blockSize);
      const stored = scales[row * blocks + index] as number;
      const scale = scales instanceof Float32Array ? stored : halfToFloat(stored);
      const zeroPoint = zeroPoints
        ? entry(zeroPoints, row * zeroPointBytes, index)
        : 2 ** (bits - 1);
      values[row * columns + column] = (entry(codes, row * codeBytes, column) - zeroPoint) * scale;
    }
  }
  return values;
}
