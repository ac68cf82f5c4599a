import type { Checkpoint } from '../../models/checkpoint.ts';
import { type PartFormats, QUANTISED, type StorageFormat } from '../../models/formats.ts';
import { lazyFloats } from '../../tensor/lazy-floats.ts';
import { type LazyTensor, lazyTensor, readLazyTensor } from '../../tensor/lazy.ts';
import { dequantiseRows, quantiseRows } from '../../tensor/quantise.ts';

/**
 * A checkpoint whose matrices have the values that they stand for in `formats`, as float32. The head's
 * format goes with a matrix of its own; a tied one has to have the embedding's.
 */
export function dequantisedCheckpoint(checkpoint: Checkpoint, formats: PartFormats): Checkpoint {
  return {
    ...checkpoint,
    lazyTensor: (name) => {
      const tensor = checkpoint.lazyTensor(name);
      return tensor.shape.length === 2 ? rounded(tensor, name, formats[roleOf(name)]) : tensor;
    },
  };
}

function roleOf(name: string): keyof PartFormats {
  if (name.includes('lm_head')) return 'head';
  if (name.includes('embed_tokens')) return 'embedding';
  return /vision|visual|projector/.test(name) ? 'vision' : 'decoder';
}

function rounded(tensor: LazyTensor, name: string, format: StorageFormat): LazyTensor {
  if (format === 'fp32') return tensor;
  if (format === 'fp16') return lazyFloats(lazyFloats(tensor, name, 'float16'), name, 'float32');
  const [rows = 0, columns = 0] = tensor.shape;
  return {
    dtype: 'float32',
    shape: tensor.shape,
    chunks: async function* () {
      const { data } = await readLazyTensor(lazyFloats(tensor, name, 'float32'), name);
      const codes = quantiseRows({ dtype: 'float32', data }, rows, columns, QUANTISED[format]);
      const values = dequantiseRows(codes, rows, columns, QUANTISED[format]);
      yield* lazyTensor({ dtype: 'float32', shape: tensor.shape, data: values }).chunks();
    },
  };
}
