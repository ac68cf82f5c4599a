import {
  dispatch,
  requireCount,
  requireLength,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './head-mean.wgsl?raw';

/** A weighted sum over heads of f32 `[heads, columns]`, in a row of a larger result. */
export interface HeadMeanShape {
  readonly heads: number;
  readonly columns: number;
  /** Where the row begins in the result, in floats. */
  readonly first: number;
  /** Added to what the row holds, instead of put there. */
  readonly add: boolean;
  /** Factor on the sum; `1 / heads` gives the mean. */
  readonly weight: number;
}

/** Throws a sentence where the sizes contradict each other. */
export function validateHeadMean(
  { heads, columns, first }: HeadMeanShape,
  perHead: ArrayLike<number>,
  result: ArrayLike<number>,
): void {
  requireCount('The number of heads', heads, 1);
  requireCount('The number of columns', columns, 1);
  requireCount('The beginning of the row', first, 0);
  requireLength('The values of all heads', perHead.length, heads * columns);
  if (first + columns > result.length)
    throw new Error(
      `A row of ${columns} entries from ${first} on does not fit into a result of ${result.length}.`,
    );
}

export function describeHeadMean(shape: HeadMeanShape): KernelDescription {
  const { heads, columns, first, add, weight } = shape;
  const uniforms = new Uint32Array([heads, columns, first, add ? 1 : 0, 0]);
  new Float32Array(uniforms.buffer)[4] = weight;
  return {
    label: 'head mean',
    source,
    entryPoint: 'main',
    uniforms,
    workgroups: workgroupGrid(columns, 64),
    outputBytes: 0,
  };
}

/** Runs the kernel into `result`; both buffers are the caller's, and trusted. */
export function dispatchHeadMean(
  device: GPUDevice,
  shape: HeadMeanShape,
  perHead: GPUBuffer,
  result: GPUBuffer,
): void {
  dispatch(device, describeHeadMean(shape), [perHead, result]);
}

/** The same in plain TypeScript. */
export function headMeanReference(
  { heads, columns, first, add, weight }: HeadMeanShape,
  perHead: Float32Array,
  result: Float32Array,
): void {
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let head = 0; head < heads; head++) sum += perHead[head * columns + column]!;
    const before = add ? result[first + column]! : 0;
    result[first + column] = before + sum * weight;
  }
}
