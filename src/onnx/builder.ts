import type { LazyTensor } from '../tensor/lazy.ts';
import type { DType, HostTensor } from '../tensor/tensor.ts';
import {
  type Graph,
  type GraphNode,
  type Initializer,
  lazyToInitializer,
  type Shape,
  tensorToProto,
  valueInfo,
} from './graph.ts';
import { ATTRIBUTE_TYPE, type AttributeProto, type ValueInfoProto } from './schema.ts';

/** The name of a value inside one graph: what operators take and give. */
export type Value = string & { readonly __value?: unique symbol };

/** Floats are wrapped, because a JavaScript number does not say whether it is an integer. */
export interface FloatAttribute {
  readonly float: number;
}

export type AttributeValue = number | readonly number[] | string | FloatAttribute;

/** ONNX's own operators at this version; both onnxruntime builds know it on every provider we use. */
export const OPSET = 20;
export const MICROSOFT = 'com.microsoft';

/** Builds a graph node by node, in the order of computation. Names nodes after their operator. */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #nodes: GraphNode[] = [];
  readonly #counts = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds a graph input. */
  input(name: string, dtype: DType, shape: Shape): Value {
    this.#inputs.push(valueInfo(name, dtype, shape));
    return name;
  }

  /** Makes `value` a graph output under `name` (an Identity, so that any value can be one). */
  output(value: Value, name: string, dtype: DType, shape: Shape): void {
    this.#outputs.push(valueInfo(name, dtype, shape));
    this.#nodes.push({
      opType: 'Identity',
      domain: '',
      name: `output.${name}`,
      inputs: [value],
      outputs: [name],
      attributes: [],
    });
  }

  /**
   * Adds weights, lazy ones to be read when the graph is written. The name is the checkpoint's own
   * where there is one.
   */
  initializer(name: string, tensor: HostTensor | LazyTensor): Value {
    if (this.#initializers.has(name)) {
      throw new Error(`The graph ${this.#name} already holds an initialiser named ${name}.`);
    }
    this.#initializers.set(
      name,
      'chunks' in tensor ? lazyToInitializer(name, tensor) : tensorToProto(name, tensor),
    );
    return name;
  }

  /** A small int64 constant (`[values]` one-dimensional, a bare number a scalar), shared when repeated. */
  int64(values: number | readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    const name = `int64.${typeof values === 'number' ? 'scalar.' : ''}${list.join('_')}`;
    if (!this.#initializers.has(name)) {
      const data = BigInt64Array.from(list, BigInt);
      const shape = typeof values === 'number' ? [] : [list.length];
      this.initializer(name, { dtype: 'int64', shape, data });
    }
    return name;
  }

  /** A float32 scalar, shared when repeated. */
  float32(value: number): Value {
    const name = `float32.${value}`;
    if (!this.#initializers.has(name)) {
      this.initializer(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
    }
    return name;
  }

  /** Adds a node and gives its first output; `extraOutputs` names further ones through `nodeOutputs`. */
  node(
    opType: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): Value {
    return this.nodeOutputs(opType, inputs, 1, attributes, domain)[0] as Value;
  }

  /** Adds a node with `count` outputs. */
  nodeOutputs(
    opType: string,
    inputs: readonly Value[],
    count: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): Value[] {
    const name = this.#unique(opType);
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    this.#nodes.push({
      opType,
      domain,
      name,
      inputs,
      outputs,
      attributes: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
    });
    return outputs;
  }

  build(): Graph {
    const domains = new Set(this.#nodes.map((node) => node.domain));
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.#nodes,
      opsets: new Map([
        ['', OPSET],
        ...[...domains].filter((domain) => domain !== '').map((domain) => [domain, 1] as const),
      ]),
    };
  }

  #unique(base: string): string {
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    return count === 0 ? base : `${base}.${count}`;
  }
}

/** An attribute as ONNX writes it. */
export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  const empty = { floats: [], ints: [], strings: [], tensors: [], graphs: [] };
  if (typeof value === 'number') {
    return { ...empty, name, type: ATTRIBUTE_TYPE.int, i: value };
  }
  if (typeof value === 'string') {
    return { ...empty, name, type: ATTRIBUTE_TYPE.string, s: new TextEncoder().encode(value) };
  }
  if ('float' in value) return { ...empty, name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { ...empty, name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}
