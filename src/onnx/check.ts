import type { Graph } from './graph.ts';

/**
 * What is wrong with a graph, one sentence each; empty for a sound one. Sound means: every value is
 * made once and before it is used, graph outputs exist, names are unique, every operator's domain is
 * imported. Graphs inside attributes are not entered.
 */
export function graphProblems(graph: Graph): string[] {
  const problems: string[] = [];
  const defined = new Set<string>(graph.initializers.keys());
  for (const { name = '' } of graph.inputs) {
    // Models before IR version 4 list initialisers among the inputs, which is no clash.
    if (name === '') problems.push('A graph input has no name.');
    else defined.add(name);
  }
  problems.push(...duplicates(graph.inputs, 'input'), ...duplicates(graph.outputs, 'output'));

  const madeSomewhere = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    const label = `The node ${node.name || '(unnamed)'} (${node.opType})`;
    if (!graph.opsets.has(node.domain)) {
      problems.push(`${label} is of the domain "${node.domain}", which the model does not import.`);
    }
    for (const input of node.inputs) {
      if (input === '' || defined.has(input)) continue;
      problems.push(
        madeSomewhere.has(input)
          ? `${label} uses ${input} before the node that makes it; nodes must be in the order of computation.`
          : `${label} uses ${input}, which no input, initialiser or node makes.`,
      );
    }
    for (const output of node.outputs) {
      if (output === '') continue;
      if (defined.has(output)) problems.push(`${label} makes ${output}, which exists already.`);
      defined.add(output);
    }
  }
  for (const { name = '' } of graph.outputs) {
    if (!defined.has(name)) problems.push(`The graph output ${name} is made by no node.`);
  }
  return problems;
}

function duplicates(values: Graph['inputs'], kind: string): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const { name = '' } of values) {
    if (seen.has(name)) problems.push(`The graph has two ${kind}s named ${name}.`);
    seen.add(name);
  }
  return problems;
}

/** Returns the graph, or throws one error that lists all its problems. */
export function checkedGraph(graph: Graph): Graph {
  const problems = graphProblems(graph);
  if (problems.length > 0) {
    throw new Error(`The graph ${graph.name} is not valid. ${problems.join(' ')}`);
  }
  return graph;
}
