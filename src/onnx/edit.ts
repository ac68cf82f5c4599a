/** Edits that make a finished graph steerable. Each gives a new graph; weights are shared, not copied. */
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
