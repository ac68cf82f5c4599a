/** Edits that make a finished graph steerable. Each gives a new graph; weights are shared, not copied. */
import type { DType } from '../tensor/tensor.ts';
import { attributeProto } from './builder.ts';
import { type Graph, dtypeOf, type Shape, valueInfo } from './graph.ts';

/**
 * Turns initialisers into graph inputs of the same type: how the rotary tables of a finished export
 * become the lever (`shapes` may replace an axis by a name, so that tables of any length fit).
 * Throws where there is no initialiser of a name.
 */
export function initializersToInputs(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape | undefined>,
): Graph {
  const initializers = new Map(graph.initializers);
  const inputs = [...graph.inputs];
  for (const [name, shape] of shapes) {
    const tensor = initializers.get(name);
    if (!tensor) throw new Error(`The graph ${graph.name} has no initialiser named ${name}.`);
    initializers.delete(name);
    const info = valueInfo(name, dtypeOf(name, tensor.dataType), shape ?? tensor.dims.map(Number));
    const listed = inputs.findIndex((input) => input.name === name);
    if (listed >= 0) inputs[listed] = info;
    else inputs.push(info);
  }
  return { ...graph, inputs, initializers };
}

/** A value of which a run gives what its caller names. */
export interface GatheredOutput {
  readonly value: string;
  readonly axis: number;
  /** The input that is added: int64 `[n]`, places along the axis. None: nothing is computed or held. */
  readonly places: string;
  /** The output that is added, of the value's type. */
  readonly output: string;
  readonly dtype: DType;
  /** The output's shape. */
  readonly shape: Shape;
}

/**
 * Makes parts of inner values outputs. A plain output would be held to the end of every run, fetched or
 * not (measured on onnxruntime 1.30, cpu and webgpu); these are empty unless places are given.
 *
 * List the values in the order of computation. onnxruntime (1.30) orders a graph depth first from its
 * last leaf back, so that the new nodes stand at the end in reverse: each then runs as soon as its value
 * is there. In any other order the values themselves would be held to the end of the run.
 * Throws where nothing in the graph makes a value.
 */
export function withGatheredOutputs(graph: Graph, gathered: readonly GatheredOutput[]): Graph {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const missing = gathered.find(({ value }) => !made.has(value));
  if (missing) throw new Error(`No node of the graph ${graph.name} makes ${missing.value}.`);
  const nodes = gathered.map(({ value, places, output, axis }) => ({
    opType: 'Gather',
    domain: '',
    name: `gather.${output}`,
    inputs: [value, places],
    outputs: [output],
    attributes: [attributeProto('axis', axis)],
  }));
  return {
    ...graph,
    inputs: [
      ...graph.inputs,
      ...gathered.map(({ places }) => valueInfo(places, 'int64', [`${places} count`])),
    ],
    outputs: [
      ...graph.outputs,
      ...gathered.map(({ output, dtype, shape }) => valueInfo(output, dtype, shape)),
    ],
    nodes: [...graph.nodes, ...nodes.reverse()],
  };
}
