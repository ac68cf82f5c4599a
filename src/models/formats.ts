/** How the parts of a model are stored: data, and the layers that go with each format. */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { Add, Gather, MatMul } from '../onnx/ops.ts';
import { embeddingFormat, quantisedEmbedding, quantisedLinear } from '../onnx/quantised-ops.ts';
import type { LazyTensor } from '../tensor/lazy.ts';
import { lazyFloats } from '../tensor/lazy-floats.ts';
import { lazyTransposed } from '../tensor/lazy-transposed.ts';
import type { QuantisedFormat } from '../tensor/quantise.ts';
import { quantisedMatrix } from '../tensor/quantised-lazy.ts';
import { castFloats, type ComputeType, toCompute } from './compute.ts';

/** How a matrix is stored: floats, or codes in blocks of 32 (`q4a`: with zero points). */
export const STORAGE_FORMATS = ['fp32', 'fp16', 'q8', 'q4', 'q4a'] as const;
export type StorageFormat = (typeof STORAGE_FORMATS)[number];

/** Parts of a model whose matrices have a format of their own; all else is float32. */
export interface PartFormats {
  /** Tower and projector. */
  readonly vision: StorageFormat;
  /** The token embedding. */
  readonly embedding: StorageFormat;
  readonly decoder: StorageFormat;
  /** The matrix that makes logits; stored again where it is the embedding's. */
  readonly head: StorageFormat;
}

/**
 * By their names. A tower has few weights and a picture's features feed everything after them, so it
 * keeps 8 bits where the decoder has 4.
 */
export const PLANS: Readonly<Record<StorageFormat, PartFormats>> = {
  fp32: { vision: 'fp32', embedding: 'fp32', decoder: 'fp32', head: 'fp32' },
  fp16: { vision: 'fp16', embedding: 'fp16', decoder: 'fp16', head: 'fp16' },
  q8: { vision: 'q8', embedding: 'q8', decoder: 'q8', head: 'q8' },
  q4: { vision: 'q8', embedding: 'q4', decoder: 'q4', head: 'q4' },
  q4a: { vision: 'q8', embedding: 'q4a', decoder: 'q4a', head: 'q4a' },
};

/** Scales are stored for graphs that compute in float32; others narrow them when they are loaded. */
const BLOCKS = { blockSize: 32, scaleType: 'float32' } as const;

/** Of the formats that hold codes. */
export const QUANTISED: Readonly<Record<Exclude<StorageFormat, 'fp32' | 'fp16'>, QuantisedFormat>> =
  {
    q8: { bits: 8, symmetric: true, ...BLOCKS },
    q4: { bits: 4, symmetric: true, ...BLOCKS },
    q4a: { bits: 4, symmetric: false, ...BLOCKS },
  };

/**
 * A plan's name, or that and parts that differ, as in `q4,vision=fp16`.
 * @throws a sentence where it is neither
 */
export function parseFormats(text: string): PartFormats {
  const [name = '', ...changes] = text.split(',').map((word) => word.trim());
  const formats: Record<string, StorageFormat> = { ...PLANS[storageFormat(name, text)] };
  for (const change of changes) {
    const [part = '', format = ''] = change.split('=');
    if (!Object.hasOwn(formats, part)) throw notFormats(text);
    formats[part] = storageFormat(format, text);
  }
  return formats as unknown as PartFormats;
}

/** The shortest text that `parseFormats` reads back. */
export function describeFormats(formats: PartFormats): string {
  const changes = (plan: PartFormats) =>
    (Object.keys(plan) as (keyof PartFormats)[]).filter((part) => plan[part] !== formats[part]);
  const [name, plan] = (Object.entries(PLANS) as [StorageFormat, PartFormats][]).reduce((a, b) =>
    changes(b[1]).length < changes(a[1]).length ? b : a,
  );
  return [name, ...changes(plan).map((part) => `${part}=${formats[part]}`)].join(',');
}

function storageFormat(name: string, text: string): StorageFormat {
  const found = STORAGE_FORMATS.find((format) => format === name);
  if (found) return found;
  throw notFormats(text);
}

function notFormats(text: string): Error {
  return new Error(
    `"${text}" is no format; give one of ${STORAGE_FORMATS.join(', ')}, and parts that differ behind it, as in q4,vision=fp16 (parts: ${Object.keys(PLANS.q4).join(', ')}).`,
  );
}

/**
 * A linear layer: `input` `[…, inputs]` times the transpose of `weight` `[outputs, inputs]`, plus
 * `bias`, which is float32. Input and result are of the type `compute`. The weight's initialisers begin
 * with `name`, and are read when the graph is written; they are the same whatever is computed in.
 */
export function linearLayer(
  g: GraphBuilder,
  input: Value,
  name: string,
  weight: LazyTensor,
  format: StorageFormat,
  compute: ComputeType,
  bias?: Value,
): Value {
  const shift = bias === undefined ? undefined : toCompute(g, bias, compute);
  if (format !== 'fp32' && format !== 'fp16') {
    const matrix = quantisedMatrix(weight, name, QUANTISED[format]);
    return quantisedLinear(g, input, name, matrix, compute, shift);
  }
  // MatMul wants it the other way round.
  const matrix = lazyTransposed(floats(weight, name, format), name);
  const stored = g.initializer(`${name}.transposed`, matrix);
  const product = MatMul(g, input, castFloats(g, stored, FLOATS[format], compute));
  return shift === undefined ? product : Add(g, product, shift);
}

/**
 * Rows `ids` of an embedding `table` `[rows, columns]`, as float32 `[…, columns]`. Its initialisers are
 * the same whatever is computed in.
 */
export function embeddingLayer(
  g: GraphBuilder,
  ids: Value,
  name: string,
  table: LazyTensor,
  format: StorageFormat,
  compute: ComputeType,
): Value {
  if (format === 'fp32' || format === 'fp16')
    return gatherFloats(
      g,
      ids,
      g.initializer(name, floats(table, name, format)),
      FLOATS[format],
      compute,
    );
  const matrix = quantisedMatrix(table, name, embeddingFormat(QUANTISED[format]));
  return quantisedEmbedding(g, ids, name, matrix);
}

/**
 * Where float32 is computed in, half floats are widened before their rows are picked, which onnxruntime
 * does once, when it loads the table: a GPU without half floats cannot pick them either.
 */
function gatherFloats(
  g: GraphBuilder,
  ids: Value,
  table: Value,
  type: ComputeType,
  compute: ComputeType,
): Value {
  if (compute === 'float32') return Gather(g, castFloats(g, table, type, 'float32'), ids);
  return castFloats(g, Gather(g, table, ids), type, 'float32');
}

/** Element types of the formats that hold floats. */
const FLOATS = { fp32: 'float32', fp16: 'float16' } as const;

function floats(tensor: LazyTensor, name: string, format: keyof typeof FLOATS) {
  return lazyFloats(tensor, name, FLOATS[format]);
}
