/** Pieces that several graphs share: linear layers and activations. */
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import {
  FastGelu,
  Gelu,
  Mul,
  QuickGelu,
  Relu,
  SimplifiedLayerNormalization,
  Tanh,
} from '../onnx/ops.ts';
import type { Activation } from './config.ts';
import { type ComputeType, fromCompute, toCompute } from './compute.ts';
import { embeddingLayer, linearLayer, type PartFormats } from './formats.ts';
import type { Weights } from './weights.ts';

/** Loads tensors of one part of a checkpoint into a graph, under the names they have there. */
export class Part {
  readonly g: GraphBuilder;
  readonly #weights: Weights;
  readonly #part: string;

  constructor(g: GraphBuilder, weights: Weights, part: string) {
    this.g = g;
    this.#weights = weights;
    this.#part = part;
  }

  /** In what type the part computes, see compute.ts. */
  get compute(): ComputeType {
    return this.#weights.compute;
  }

  /** A float32 value as linear layers take it. */
  narrow(value: Value): Value {
    return toCompute(this.g, value, this.compute);
  }

  /** What a linear layer gave, as float32. */
  widen(value: Value): Value {
    return fromCompute(this.g, value, this.compute);
  }

  /** float32. */
  async tensor(name: string, shape: readonly number[]): Promise<Value> {
    const tensor = await this.#weights.read(this.#part, name, shape);
    return this.g.initializer(`${this.#part}.${name}`, tensor);
  }

  /**
   * RMS normalisation over the last axis, of `size`, of float32; `offset` is added to the stored
   * weight.
   */
  async rmsNorm(
    input: Value,
    name: string,
    size: number,
    { epsilon, offset }: { epsilon: number; offset: 0 | 1 },
  ): Promise<Value> {
    const stored = await this.#weights.read(this.#part, `${name}.weight`, [size]);
    const data = offset === 0 ? stored.data : stored.data.map((value) => value + offset);
    const scale = this.g.initializer(`${this.#part}.${name}.weight`, { ...stored, data });
    return SimplifiedLayerNormalization(this.g, input, scale, epsilon);
  }

  /** `input · weightᵀ + bias`, in the format of the part; in and out of the type `compute`. */
  async linear(
    input: Value,
    name: string,
    inputs: number,
    outputs: number,
    bias: boolean,
  ): Promise<Value> {
    const weight = this.#weights.lazy(this.#part, `${name}.weight`, [outputs, inputs]);
    const format = this.#weights.formats[roleOf(this.#part)];
    const shift = bias ? await this.tensor(`${name}.bias`, [outputs]) : undefined;
    const key = `${this.#part}.${name}.weight`;
    return linearLayer(this.g, input, key, weight, format, this.compute, shift);
  }

  /** Rows `ids` of a table, in the format of embeddings. */
  embedding(ids: Value, name: string, rows: number, columns: number): Value {
    const table = this.#weights.lazy(this.#part, `${name}.weight`, [rows, columns]);
    const { embedding } = this.#weights.formats;
    const key = `${this.#part}.${name}.weight`;
    return embeddingLayer(this.g, ids, key, table, embedding, this.compute);
  }
}

/** By which choice of formats a part's linear layers are stored. */
function roleOf(part: string): keyof PartFormats {
  return part === 'decoder' ? 'decoder' : 'vision';
}

const ACTIVATION_NODES: Readonly<Record<Activation, (g: GraphBuilder, input: Value) => Value>> = {
  silu: (g, input) => QuickGelu(g, input, 1),
  quick_gelu: (g, input) => QuickGelu(g, input, 1.702),
  gelu: Gelu,
  gelu_new: FastGelu,
  gelu_pytorch_tanh: FastGelu,
  relu: Relu,
};

/** Applies an activation by its Hugging Face name. */
export function activate(g: GraphBuilder, activation: Activation, input: Value): Value {
  return ACTIVATION_NODES[activation](g, input);
}

/** `cap · tanh(x / cap)`, which keeps logits within ±cap. */
export function softcap(g: GraphBuilder, input: Value, cap: number): Value {
  return Mul(g, Tanh(g, Mul(g, input, g.float32(1 / cap))), g.float32(cap));
}
