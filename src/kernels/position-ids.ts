import {
  createTensorBuffer,
  dispatch,
  requireCount,
  requireLength,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './position-ids.wgsl?raw';

/**
 * Int64 ids `[rows, length]` for onnxruntime, in two meanings:
 * - `row_index`: which row of the rotary tables a token reads, `firstRow[row] + n`. With one block of
 *   tables a batch row and nothing in the cache, `firstRow[b]` is `b · tableLength`.
 * - `rounded`: the position ids themselves, to the nearest integer (halves to even), for exports that
 *   insist on a `position_ids` input. Fractional positions are lost there.
 */
export type PositionIdsForm = 'row_index' | 'rounded';

export interface PositionIdsShape {
  readonly rows: number;
  readonly length: number;
}

/** Throws a sentence where `values` (first rows, or positions) does not fit the shape. */
export function validatePositionIds(
  form: PositionIdsForm,
  shape: PositionIdsShape,
  values: Uint32Array | Float32Array,
): void {
  requireCount('The number of rows', shape.rows, 1);
  requireCount('The length of a row', shape.length, 1);
  if (form === 'row_index') requireLength('The first table rows', values.length, shape.rows);
  else requireLength('The positions', values.length, shape.rows * shape.length);
}

export function describePositionIds(
  form: PositionIdsForm,
  shape: PositionIdsShape,
): KernelDescription {
  return {
    label: `position ids, ${form}`,
    source,
    entryPoint: form,
    uniforms: new Uint32Array([shape.rows, shape.length]),
    workgroups: workgroupGrid(shape.rows * shape.length, 64),
    outputBytes: shape.rows * shape.length * 8,
  };
}

/**
 * Runs the kernel. `values` (u32 `[rows]` first rows, or f32 `[rows, length]` positions) and the
 * returned int64 buffer `[rows, length]` are the caller's.
 */
export function dispatchPositionIds(
  device: GPUDevice,
  form: PositionIdsForm,
  shape: PositionIdsShape,
  values: GPUBuffer,
): GPUBuffer {
  const description = describePositionIds(form, shape);
  const ids = createTensorBuffer(device, description.label, description.outputBytes);
  dispatch(device, description, [values, ids]);
  return ids;
}

/** The row indices in plain TypeScript: int64 `[rows, length]`. */
export function rowIndexReference(shape: PositionIdsShape, firstRow: Uint32Array): BigInt64Array {
  const ids = new BigInt64Array(shape.rows * shape.length);
  for (let i = 0; i < ids.length; i++)
    ids[i] = BigInt(firstRow[Math.floor(i / shape.length)]! + (i % shape.length));
  return ids;
}

/** The rounded positions in plain TypeScript: int64, one for each position. */
export function roundedReference(positions: Float32Array): BigInt64Array {
  return BigInt64Array.from(positions, (position) => {
    const floor = Math.floor(position);
    const rest = position - floor;
    const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
    return BigInt(up ? floor + 1 : floor);
  });
}
