/** The quantised operators on each provider against plain sums over the dequantised weights. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../onnx/builder.ts';
import { inlineData, writeExternal } from '../onnx/external-data.ts';
import { type Graph, modelFromGraph } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/proto.ts';
import { embeddingFormat, quantisedEmbedding, quantisedLinear } from '../onnx/quantised-ops.ts';
import { lazyTensor } from '../tensor/lazy.ts';
import { dequantiseRows, type QuantisedFormat, quantiseRows } from '../tensor/quantise.ts';
import { type QuantisedMatrix, quantisedMatrix } from '../tensor/quantised-lazy.ts';
import { openNodeBackend } from './backend-node.ts';
import type { Backend } from './backend.ts';
import { describeProviders } from './testing/providers.ts';

const TOLERANCE = 1e-4;
const FORMATS: QuantisedFormat[] = ([4, 8] as const).flatMap((bits) =>
  [true, false].map((symmetric) => ({ bits, symmetric, blockSize: 32, scaleType: 'float32' })),
);
/** Outputs, inputs, tokens: rows of one part of a block, of whole blocks, of an odd number of them. */
const SIZES = [
  [5, 7, 1],
  [33, 72, 5],
  [17, 96, 2],
  [64, 256, 40],
] as const;

function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * (seed + 12.9898) * 78.233));
}

/** A matrix `[rows, columns]`, quantised, and the values that it then stands for. */
function matrix(rows: number, columns: number, format: QuantisedFormat) {
  const data = noise(rows * columns, 1);
  const source = lazyTensor({ dtype: 'float32', shape: [rows, columns], data });
  const quantised = quantiseRows({ dtype: 'float32', data }, rows, columns, format);
  return {
    weight: quantisedMatrix(source, 'weight', format),
    values: dequantiseRows(quantised, rows, columns, format),
  };
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...Array.from(actual, (value, i) => Math.abs(value - (expected[i] as number))));
}

describeProviders('on %s', (provider) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await openNodeBackend(provider);
  });

  afterAll(() => backend?.dispose());

  /**
   * Builds `y` of `x`, and runs it where no other provider may help out. onnxruntime-web gets the
   * weights as external data, which goes to the GPU by a path of its own.
   */
  async function run(
    build: (g: GraphBuilder) => void,
    x: InstanceType<Backend['ort']['Tensor']>,
  ): Promise<Float32Array> {
    const g = new GraphBuilder('quantised');
    build(g);
    const { graph, data } = await withData(g.build());
    const session = await backend.ort.InferenceSession.create(encodeModel(modelFromGraph(graph)), {
      executionProviders: backend.executionProviders,
      logSeverityLevel: 3,
      extra: provider === 'webgpu' ? { session: { disable_cpu_ep_fallback: '1' } } : {},
      ...(data && { externalData: [{ path: 'weights', data }] }),
    });
    const { y } = await session.run({ x });
    await session.release();
    return y?.data as Float32Array;
  }

  async function withData(graph: Graph): Promise<{ graph: Graph; data?: Uint8Array }> {
    if (provider === 'cpu') return { graph: await inlineData(graph) };
    const parts: Uint8Array[] = [];
    const sink = { write: async (bytes: Uint8Array) => void parts.push(bytes.slice()) };
    // The length of slicing must be known to shape inference; everything else moves out.
    const written = await writeExternal(graph, sink, { location: 'weights', smallestBytes: 9 });
    return { graph: written.graph, data: new Uint8Array(Buffer.concat(parts)) };
  }

  function multiply(weight: QuantisedMatrix, x: Float32Array, tokens: number, bias: Float32Array) {
    const { rows, columns } = weight;
    const input = new backend.ort.Tensor('float32', x, [1, tokens, columns]);
    return run((g) => {
      const value = g.input('x', 'float32', [1, 'tokens', columns]);
      const added = g.initializer('bias', { dtype: 'float32', shape: [rows], data: bias });
      const y = quantisedLinear(g, value, 'weight', weight, 'float32', added);
      g.output(y, 'y', 'float32', [1, 'tokens', rows]);
    }, input);
  }

  describe.each(FORMATS)('$bits bits, symmetric: $symmetric', (format) => {
    test.each(SIZES)(
      'a linear layer of %i outputs, %i inputs for %i tokens',
      async (outputs, inputs, tokens) => {
        const { weight, values } = matrix(outputs, inputs, format);
        const x = noise(tokens * inputs, 2);
        const bias = noise(outputs, 3);
        const expected = Float32Array.from({ length: tokens * outputs }, (_, at) => {
          const [token, output] = [Math.floor(at / outputs), at % outputs];
          let sum = bias[output] as number;
          for (let i = 0; i < inputs; i++) {
            sum += (x[token * inputs + i] as number) * (values[output * inputs + i] as number);
          }
          return sum;
        });
        const y = await multiply(weight, x, tokens, bias);
        expect(largestDifference(y, expected)).toBeLessThan(TOLERANCE);
      },
    );

    test.each(SIZES)('an embedding table of %i rows, %i columns', async (rows, columns) => {
      const { weight, values } = matrix(rows, columns, embeddingFormat(format));
      const ids = [0, rows - 1, 2, 3, 2, 1];
      const expected = ids.flatMap((id) => [...values.subarray(id * columns, (id + 1) * columns)]);
      const x = new backend.ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [2, 3]);
      const y = await run((g) => {
        const value = g.input('x', 'int64', [2, 3]);
        const found = quantisedEmbedding(g, value, 'table', weight);
        g.output(found, 'y', 'float32', [2, 3, columns]);
      }, x);
      expect(largestDifference(y, expected)).toBeLessThan(TOLERANCE);
    });
  });
});
