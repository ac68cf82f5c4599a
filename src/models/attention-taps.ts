/**
 * Taps: a decoder's queries and keys as outputs, as they are before the rotation (after biases and
 * norms). They are added to finished graphs, so that models which were converted earlier have them too,
 * and graphs for other runtimes stay without.
 */
import { withGatheredOutputs } from '../onnx/edit.ts';
import { type Graph, graphFromModel, modelFromGraph } from '../onnx/graph.ts';
import { decodeModel, encodeModel } from '../onnx/proto.ts';

/** The names of a layer's taps. */
export interface TapNames {
  /** Inputs, int64 `[n]`: which tokens of the run are wanted. A layer without any costs nothing. */
  readonly queryTokens: string;
  readonly keyTokens: string;
  /** Outputs, f32 `[b, n, heads · head size]` and `[b, n, kv heads · head size]`. */
  readonly query: string;
  readonly key: string;
}

export function tapNames(layer: number): TapNames {
  return {
    queryTokens: `query_tap_tokens.${layer}`,
    keyTokens: `key_tap_tokens.${layer}`,
    query: `query_tap.${layer}`,
    key: `key_tap.${layer}`,
  };
}

/** The layers whose taps are among a graph's inputs, in order. */
export function tappedLayers(inputNames: readonly string[]): number[] {
  return inputNames.flatMap((name) => {
    const match = /^query_tap_tokens\.(\d+)$/.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

/**
 * A decoder graph of `buildDecoderGraph`, whole or a part, with taps of all its layers.
 * @throws a sentence where the graph is another one
 */
export function withAttentionTaps(graph: Graph): Graph {
  const layers = graph.inputs.flatMap(({ name = '' }) => {
    const match = /^past_key_values\.(\d+)\.key$/.exec(name);
    return match ? [Number(match[1])] : [];
  });
  // Every layer rotates its queries and then its keys, and nothing else.
  const rotated = graph.nodes.flatMap(({ opType, inputs }) =>
    opType === 'RotaryEmbedding' ? [inputs[0]!] : [],
  );
  if (rotated.length !== 2 * layers.length)
    throw new Error(
      `A decoder of ${layers.length} layers should rotate queries and keys of each, ${2 * layers.length} values, but the graph ${graph.name} rotates ${rotated.length}. Convert the model again.`,
    );
  const shape = ['batch_size', 'tapped', 'width'];
  const common = { axis: 1, dtype: 'float32', shape } as const;
  const taps = layers.flatMap((layer, at) => {
    const names = tapNames(layer);
    const [query, key] = [rotated[2 * at]!, rotated[2 * at + 1]!];
    return [
      { ...common, value: query, places: names.queryTokens, output: names.query },
      { ...common, value: key, places: names.keyTokens, output: names.key },
    ];
  });
  return withGatheredOutputs(graph, taps);
}

/** The same of a serialised graph whose weights lie in other files. */
export function tapStoredDecoder(bytes: Uint8Array): Uint8Array {
  return encodeModel(modelFromGraph(withAttentionTaps(graphFromModel(decodeModel(bytes)))));
}
