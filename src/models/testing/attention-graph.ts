import { GraphBuilder } from '../../onnx/builder.ts';
import { modelFromGraph } from '../../onnx/graph.ts';
import { GroupQueryAttention } from '../../onnx/ops.ts';
import { encodeModel } from '../../onnx/proto.ts';
import { type ComputeType, fromCompute, toCompute } from '../compute.ts';
import type { DecoderSpec } from '../spec.ts';

/**
 * The decoder's attention alone, as a serialised graph: `query`, `key`, `value` f32
 * `[b, s, heads · head size]` to `output` f32, with the cache names of the decoder's first layer.
 */
export function attentionGraph(
  { heads, kvHeads, headDim }: Pick<DecoderSpec, 'heads' | 'kvHeads' | 'headDim'>,
  compute: ComputeType,
): Uint8Array {
  const g = new GraphBuilder('attention');
  const past = ['batch_size', kvHeads, 'past', headDim];
  const present = ['batch_size', kvHeads, 'total', headDim];
  const tokens = (name: string, count: number) =>
    toCompute(g, g.input(name, 'float32', ['batch_size', 'sequence', count * headDim]), compute);
  const inputs = {
    query: tokens('query', heads),
    key: tokens('key', kvHeads),
    value: tokens('value', kvHeads),
    pastKey: g.input('past_key_values.0.key', compute, past),
    pastValue: g.input('past_key_values.0.value', compute, past),
    seqlensK: g.input('seqlens_k', 'int32', ['batch_size']),
    totalSequenceLength: g.input('total_sequence_length', 'int32', [1]),
  };
  const [output, key, value] = GroupQueryAttention(g, inputs, { heads, kvHeads });
  const wide = fromCompute(g, output, compute);
  g.output(wide, 'output', 'float32', ['batch_size', 'sequence', heads * headDim]);
  g.output(key, 'present.0.key', compute, present);
  g.output(value, 'present.0.value', compute, present);
  return encodeModel(modelFromGraph(g.build()));
}
