import type { Tensor } from 'onnxruntime-web';
import { uploadBuffer } from '../kernels/compute.ts';
import { dispatchPositionIds, rowIndexReference } from '../kernels/position-ids.ts';
import {
  dispatchPositions,
  packSpans,
  positionsReference,
  validatePositions,
  type PositionsInput,
} from '../kernels/positions.ts';
import { dispatchRotaryTable, rotaryTableReference } from '../kernels/rotary-table.ts';
import type { RotarySpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';
import type { Batch } from './batch.ts';

/**
 * A batch's rotary tables, one block of `length` rows for each batch row: row `b · length + n` is the
 * rotation of token n of row b, tokens still to be generated included. That is all that tells a
 * decoder which position scheme it runs under.
 */
export interface RotaryFeeds {
  /** f32 `[rows · length, dim / 2]`. */
  readonly cos: Tensor;
  readonly sin: Tensor;
  /**
   * int64 `[rows.length, count]`: the tables' rows for `count` tokens of each batch row in `rows`, from
   * token `first[i]` of row `rows[i]` on.
   */
  rowIndex(rows: readonly number[], first: readonly number[], count: number): Tensor;
  /** Frees tables and indices; call it when no run that reads them is in flight. */
  dispose(): void;
}

/** Makes rotary feeds, on the GPU where the sessions share a device with us. */
export class RotaryFeedMaker {
  private readonly backend: Backend;
  private readonly spec: RotarySpec;
  /** The model's own constants, uploaded once. */
  private readonly constants: { invFreq: GPUBuffer; axisOfFrequency: GPUBuffer } | undefined;

  constructor(backend: Backend, spec: RotarySpec) {
    this.backend = backend;
    this.spec = spec;
    this.constants = backend.device && {
      invFreq: uploadBuffer(backend.device, Float32Array.from(spec.invFreq)),
      axisOfFrequency: uploadBuffer(backend.device, Uint32Array.from(spec.axisOfFrequency)),
    };
  }

  /** Tables for a batch, `extra` tokens to be generated included. */
  make(batch: Batch, extra: number): RotaryFeeds {
    const input = positionsInput(batch, this.spec.axes, extra);
    validatePositions(input);
    const { device } = this.backend;
    return device && this.constants
      ? gpuFeeds(this.backend, device, this.spec, this.constants, input)
      : hostFeeds(this.backend, this.spec, input);
  }

  dispose(): void {
    this.constants?.invFreq.destroy();
    this.constants?.axisOfFrequency.destroy();
  }
}

/** What the positions kernel needs of a batch, `extra` tokens to be generated included. */
export function positionsInput(batch: Batch, axes: number, extra: number): PositionsInput {
  const { rows, spans, strengths } = batch;
  const length = batch.length + extra;
  const shape = { axes, rows, length, ...packSpans(spans), strengths };
  if (!batch.offsets.some((row) => row.some((own) => own !== undefined))) return shape;
  const offsets = new Float32Array(axes * rows * length);
  batch.offsets.forEach((row, r) =>
    row.forEach((own, image) => {
      const span = spans[r]![image]!;
      for (let axis = 0; axis < axes; axis++) {
        const ids = own
          ? own.subarray(axis * span.length, (axis + 1) * span.length)
          : Float32Array.from({ length: span.length }, (_, n) => n);
        offsets.set(ids, (axis * rows + r) * length + span.start);
      }
    }),
  );
  return { ...shape, offsets };
}

/** The kernels' buffers become the session's tensors as they are: nothing passes through the CPU. */
function gpuFeeds(
  backend: Backend,
  device: GPUDevice,
  spec: RotarySpec,
  constants: { invFreq: GPUBuffer; axisOfFrequency: GPUBuffer },
  input: PositionsInput,
): RotaryFeeds {
  const { Tensor } = backend.ort;
  const tableLength = input.rows * input.length;
  const half = spec.invFreq.length;
  const spans = uploadBuffer(device, input.spans);
  const strengths = uploadBuffer(device, input.strengths);
  const offsets = input.offsets && uploadBuffer(device, input.offsets);
  const positions = dispatchPositions(device, input, { spans, strengths, offsets });
  const { attentionScaling } = spec;
  const shape = { rows: tableLength, half, attentionScaling };
  const tables = dispatchRotaryTable(device, shape, { positions, ...constants });
  for (const buffer of [spans, strengths, offsets, positions]) buffer?.destroy();
  const owned = [tables.cos, tables.sin];
  const table = (buffer: GPUBuffer) =>
    Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [tableLength, half] });
  return {
    cos: table(tables.cos),
    sin: table(tables.sin),
    rowIndex(rows, first, count) {
      const firstRows = uploadBuffer(device, tableRows(input.length, rows, first));
      const indexShape = { rows: first.length, length: count };
      const ids = dispatchPositionIds(device, 'row_index', indexShape, firstRows);
      firstRows.destroy();
      owned.push(ids);
      return Tensor.fromGpuBuffer(ids, { dataType: 'int64', dims: [first.length, count] });
    },
    dispose: () => owned.forEach((buffer) => buffer.destroy()),
  };
}

function hostFeeds(backend: Backend, spec: RotarySpec, input: PositionsInput): RotaryFeeds {
  const { Tensor } = backend.ort;
  const tableLength = input.rows * input.length;
  const half = spec.invFreq.length;
  const positions = positionsReference(input);
  const tables = rotaryTableReference({ ...spec, rows: tableLength, half, positions });
  return {
    cos: new Tensor('float32', tables.cos, [tableLength, half]),
    sin: new Tensor('float32', tables.sin, [tableLength, half]),
    rowIndex(rows, first, count) {
      const indexShape = { rows: first.length, length: count };
      const ids = rowIndexReference(indexShape, tableRows(input.length, rows, first));
      return new Tensor('int64', ids, [first.length, count]);
    },
    dispose: () => {},
  };
}

function tableRows(
  length: number,
  rows: readonly number[],
  first: readonly number[],
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(rows, (row, i) => row * length + first[i]!);
}
