import {
  createTensorBuffer,
  dispatch,
  requireCount,
  requireLength,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './positions.wgsl?raw';

/**
 * Position ids from token kinds, for rows that may each have their own images and balance strength.
 * Text counts on; an image token that stands `o` above the image's first id `i` gets
 * `i + (1 − strength) · o`, on each axis; text after the image starts one above the largest id in it.
 * So strength 0 is standard, 1 is Balanced Position Assignment (arXiv 2509.21984 v1). Tokens after
 * the last image, padding and tokens still to be generated included, count on.
 */
export interface PositionsShape {
  /** 1, or 3 (t, h, w) for M-RoPE. */
  readonly axes: number;
  readonly rows: number;
  readonly length: number;
  readonly spansPerRow: number;
}

export interface PositionsInput extends PositionsShape {
  /** u32 `[rows, spansPerRow, 2]`: first token and tokens of each image, ascending; 0 tokens: none. */
  readonly spans: Uint32Array<ArrayBuffer>;
  /** f32 `[rows]`, each from 0 to 1. */
  readonly strengths: Float32Array<ArrayBuffer>;
  /**
   * f32 `[axes, rows, length]`, at image tokens the model's own id minus the image's first id.
   * Left out: the index in the image, on every axis.
   */
  readonly offsets?: Float32Array<ArrayBuffer>;
}

/** An image's place in a row. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** Rows of spans as the kernel reads them: u32 `[rows, spansPerRow, 2]`, short rows filled with zeros. */
export function packSpans(rows: readonly (readonly Span[])[]): {
  spans: Uint32Array<ArrayBuffer>;
  spansPerRow: number;
} {
  const spansPerRow = Math.max(1, ...rows.map((row) => row.length));
  const spans = new Uint32Array(rows.length * spansPerRow * 2);
  rows.forEach((row, r) =>
    row.forEach((span, s) => spans.set([span.start, span.length], (r * spansPerRow + s) * 2)),
  );
  return { spans, spansPerRow };
}

/** Throws a sentence where sizes, spans or strengths make no sense. */
export function validatePositions(input: PositionsInput): void {
  const { axes, rows, length, spansPerRow, spans, strengths, offsets } = input;
  requireCount('The number of position axes', axes, 1);
  requireCount('The number of rows', rows, 1);
  requireCount('The length of a row', length, 1);
  requireCount('The number of image spans a row', spansPerRow, 1);
  requireLength('The image spans', spans.length, rows * spansPerRow * 2);
  requireLength('The balance strengths', strengths.length, rows);
  if (offsets) requireLength('The image offsets', offsets.length, axes * rows * length);
  strengths.forEach((strength) => {
    if (!(strength >= 0 && strength <= 1))
      throw new Error(`A balance strength lies between 0 and 1, but one is ${strength}.`);
  });
  for (let row = 0; row < rows; row++) {
    let end = 0;
    for (let s = 0; s < spansPerRow; s++) {
      const [start, count] = spanAt(input, row, s);
      if (count === 0) continue;
      if (start < end || start + count > length)
        throw new Error(
          `Image spans must ascend without overlap inside the ${length} tokens of a row, but row ` +
            `${row} has one of ${count} tokens at ${start}, after another that ends at ${end}.`,
        );
      end = start + count;
    }
  }
}

export function describePositions(shape: PositionsShape, hasOffsets: boolean): KernelDescription {
  const { axes, rows, length, spansPerRow } = shape;
  return {
    label: 'positions',
    source,
    entryPoint: 'main',
    uniforms: new Uint32Array([axes, rows, length, spansPerRow, hasOffsets ? 1 : 0]),
    workgroups: workgroupGrid(rows, 1),
    outputBytes: axes * rows * length * 4,
  };
}

/**
 * Runs the kernel. All buffers are the caller's, the returned one included (f32
 * `[axes, rows, length]`, ready to be a tensor); inputs are laid out as in `PositionsInput` and are
 * trusted: validate before uploading.
 */
export function dispatchPositions(
  device: GPUDevice,
  shape: PositionsShape,
  buffers: { spans: GPUBuffer; strengths: GPUBuffer; offsets?: GPUBuffer | undefined },
): GPUBuffer {
  const description = describePositions(shape, buffers.offsets !== undefined);
  const positions = createTensorBuffer(device, 'positions', description.outputBytes);
  // A binding cannot stay empty; without offsets the shader never reads it.
  const offsets = buffers.offsets ?? buffers.strengths;
  dispatch(device, description, [buffers.spans, buffers.strengths, offsets, positions]);
  return positions;
}

/** The same in plain TypeScript: f32 `[axes, rows, length]`. */
export function positionsReference(input: PositionsInput): Float32Array<ArrayBuffer> {
  const { axes, rows, length, spansPerRow, strengths, offsets } = input;
  const positions = new Float32Array(axes * rows * length);
  for (let row = 0; row < rows; row++) {
    const keep = Math.fround(1 - strengths[row]!);
    const write = (axis: number, token: number, id: number) =>
      (positions[(axis * rows + row) * length + token] = id);
    const text = (from: number, to: number, first: number) => {
      for (let axis = 0; axis < axes; axis++)
        for (let n = from; n < to; n++) write(axis, n, first + (n - from));
    };
    let start = 0;
    let next = 0;
    for (let s = 0; s < spansPerRow; s++) {
      const [imageStart, count] = spanAt(input, row, s);
      if (count === 0) continue;
      text(start, imageStart, next);
      const imageId = Math.fround(next + (imageStart - start));
      let reach = 0;
      for (let axis = 0; axis < axes; axis++)
        for (let n = imageStart; n < imageStart + count; n++) {
          const own = offsets?.[(axis * rows + row) * length + n] ?? n - imageStart;
          const shift = Math.fround(keep * own);
          write(axis, n, imageId + shift);
          reach = Math.max(reach, shift);
        }
      next = Math.fround(Math.fround(imageId + reach) + 1);
      start = imageStart + count;
    }
    text(start, length, next);
  }
  return positions;
}

function spanAt(input: PositionsInput, row: number, span: number): [start: number, count: number] {
  const at = (row * input.spansPerRow + span) * 2;
  return [input.spans[at]!, input.spans[at + 1]!];
}
