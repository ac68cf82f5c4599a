import {
  createTensorBuffer,
  dispatch,
  requireCount,
  requireLength,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './rotary-table.wgsl?raw';

/**
 * Rotary tables from position ids. Row r, entry f hold the cosine and the sine of
 * `fround(position[axisOfFrequency[f]][r] · invFreq[f])`, times `attentionScaling`: the product is
 * rounded to f32 as the checkpoints' own code rounds it, the sine and cosine of it are within 2e-6
 * of the float64 ones for every finite f32 angle.
 */
export interface RotaryTableShape {
  /** Rows of the table: batch rows × tokens. */
  readonly rows: number;
  /** Rotated channels of a head / 2. */
  readonly half: number;
  readonly attentionScaling: number;
}

export interface RotaryTableInput extends RotaryTableShape {
  readonly axes: number;
  /** f32 `[axes, rows]`; finite. */
  readonly positions: Float32Array<ArrayBuffer>;
  /** f32 `[half]`. */
  readonly invFreq: Float32Array;
  /** u32 `[half]`, each below `axes`. */
  readonly axisOfFrequency: Uint32Array;
}

export interface RotaryTables {
  /** f32 `[rows, half]`. */
  readonly cos: Float32Array<ArrayBuffer>;
  readonly sin: Float32Array<ArrayBuffer>;
}

/** Throws a sentence where the sizes contradict each other. */
export function validateRotaryTable(input: RotaryTableInput): void {
  const { rows, half, axes, positions, invFreq, axisOfFrequency, attentionScaling } = input;
  requireCount('The number of table rows', rows, 1);
  requireCount('The number of frequencies', half, 1);
  requireCount('The number of position axes', axes, 1);
  requireLength('The positions', positions.length, axes * rows);
  requireLength('The inverse frequencies', invFreq.length, half);
  requireLength('The axes of the frequencies', axisOfFrequency.length, half);
  if (!Number.isFinite(attentionScaling))
    throw new Error(
      `The attention scaling must be a finite number, but it is ${attentionScaling}.`,
    );
  const highest = axisOfFrequency.reduce((a, b) => Math.max(a, b), 0);
  if (highest >= axes)
    throw new Error(`A frequency follows position axis ${highest}, but there are ${axes} axes.`);
}

export function describeRotaryTable(shape: RotaryTableShape): KernelDescription {
  const uniforms = new Uint32Array([shape.rows, shape.half, 0]);
  new Float32Array(uniforms.buffer)[2] = shape.attentionScaling;
  return {
    label: 'rotary table',
    source,
    entryPoint: 'main',
    uniforms,
    workgroups: workgroupGrid(shape.rows * shape.half, 64),
    outputBytes: shape.rows * shape.half * 4,
  };
}

/**
 * Runs the kernel. All buffers are the caller's, the two returned ones included (f32
 * `[rows, half]`, ready to be tensors). Inputs are laid out as in `RotaryTableInput`; `positions`
 * may be the very buffer that the positions kernel returned, read as `[axes, rows · length]`.
 */
export function dispatchRotaryTable(
  device: GPUDevice,
  shape: RotaryTableShape,
  buffers: { positions: GPUBuffer; invFreq: GPUBuffer; axisOfFrequency: GPUBuffer },
): { cos: GPUBuffer; sin: GPUBuffer } {
  const description = describeRotaryTable(shape);
  const cos = createTensorBuffer(device, 'rotary cosines', description.outputBytes);
  const sin = createTensorBuffer(device, 'rotary sines', description.outputBytes);
  const { positions, invFreq, axisOfFrequency } = buffers;
  dispatch(device, description, [positions, invFreq, axisOfFrequency, cos, sin]);
  return { cos, sin };
}

/** The same in plain TypeScript, with float64 sine and cosine of the f32 product. */
export function rotaryTableReference(input: RotaryTableInput): RotaryTables {
  const { rows, half, positions, invFreq, axisOfFrequency, attentionScaling } = input;
  const cos = new Float32Array(rows * half);
  const sin = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++)
    for (let f = 0; f < half; f++) {
      const angle = Math.fround(positions[axisOfFrequency[f]! * rows + row]! * invFreq[f]!);
      cos[row * half + f] = Math.fround(Math.cos(angle)) * attentionScaling;
      sin[row * half + f] = Math.fround(Math.sin(angle)) * attentionScaling;
    }
  return { cos, sin };
}
