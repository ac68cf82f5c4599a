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
import type { DecoderSpec, RotarySpec } from '../models/spec.ts';
import type { Backend } from './backend.ts';
import type { Batch } from './batch.ts';

/**
 * A batch's rotary tables, one block of `length` rows for each batch row: row `b · length + n` is the
 * rotation of token n of row b, tokens still to be generated included. That is all that tells a
 * decoder which position scheme it runs under.
 */
export interface RotaryFeeds {
  /** f32 `[rows · length, dim / 2]` each, by the names of the decoder's inputs. */
  readonly tables: Readonly<Record<string, Tensor>>;
  /**
   * int64 `[rows.length, count]`: the tables' rows for `count` tokens of each batch row in `rows`, from
   * token `first[i]` of row `rows[i]` on.
   */
  rowIndex(rows: readonly number[], first: readonly number[], count: number): Tensor;
  /** Frees tables and indices; call it when no run that reads them is in flight. */
  dispose(): void;
}

/** A kind of table that a decoder takes. */
interface TableKind {
  /** What its inputs' names begin with. */
  readonly prefix: string;
  readonly spec: RotarySpec;
  /** The model's own constants, uploaded once. */
  readonly constants: { invFreq: GPUBuffer; axisOfFrequency: GPUBuffer } | undefined;
}

/** Makes rotary feeds, on the GPU where the sessions share a device with us. */
export class RotaryFeedMaker {
  private readonly backend: Backend;
  private readonly axes: number;
  private readonly kinds: readonly TableKind[];

  constructor(backend: Backend, spec: Pick<DecoderSpec, 'rotary' | 'localRotary'>) {
    const { rotary, localRotary } = spec;
    this.backend = backend;
    this.axes = rotary.axes;
    this.kinds = [
      tableKind(backend, '', rotary),
      ...(localRotary ? [tableKind(backend, 'local_', localRotary)] : []),
    ];
  }

  /** Tables for a batch, `extra` tokens to be generated included. */
  make(batch: Batch, extra: number): RotaryFeeds {
    const input = positionsInput(batch, this.axes, extra);
    validatePositions(input);
    const { device } = this.backend;
    return device
      ? gpuFeeds(this.backend, device, this.kinds, input)
      : hostFeeds(this.backend, this.kinds, input);
  }

  dispose(): void {
    for (const { constants } of this.kinds) {
      constants?.invFreq.destroy();
      constants?.axisOfFrequency.destroy();
    }
  }
}

function tableKind({ device }: Backend, prefix: string, spec: RotarySpec): TableKind {
  const constants = device && {
    invFreq: uploadBuffer(device, Float32Array.from(spec.invFreq)),
    axisOfFrequency: uploadBuffer(device, Uint32Array.from(spec.axisOfFrequency)),
  };
  return { prefix, spec, constants };
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
  kinds: readonly TableKind[],
  input: PositionsInput,
): RotaryFeeds {
  const { Tensor } = backend.ort;
  const rows = input.rows * input.length;
  const spans = uploadBuffer(device, input.spans);
  const strengths = uploadBuffer(device, input.strengths);
  const offsets = input.offsets && uploadBuffer(device, input.offsets);
  const positions = dispatchPositions(device, input, { spans, strengths, offsets });
  const owned: GPUBuffer[] = [];
  const tables: Record<string, Tensor> = {};
  for (const { prefix, spec, constants } of kinds) {
    const half = spec.invFreq.length;
    const shape = { rows, half, attentionScaling: spec.attentionScaling };
    const { cos, sin } = dispatchRotaryTable(device, shape, { positions, ...constants! });
    owned.push(cos, sin);
    const table = (buffer: GPUBuffer) =>
      Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [rows, half] });
    tables[`${prefix}cos_cache`] = table(cos);
    tables[`${prefix}sin_cache`] = table(sin);
  }
  for (const buffer of [spans, strengths, offsets, positions]) buffer?.destroy();
  return {
    tables,
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

function hostFeeds(
  backend: Backend,
  kinds: readonly TableKind[],
  input: PositionsInput,
): RotaryFeeds {
  const { Tensor } = backend.ort;
  const rows = input.rows * input.length;
  const positions = positionsReference(input);
  const tables: Record<string, Tensor> = {};
  for (const { prefix, spec } of kinds) {
    const half = spec.invFreq.length;
    const { cos, sin } = rotaryTableReference({ ...spec, rows, half, positions });
    tables[`${prefix}cos_cache`] = new Tensor('float32', cos, [rows, half]);
    tables[`${prefix}sin_cache`] = new Tensor('float32', sin, [rows, half]);
  }
  return {
    tables,
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
