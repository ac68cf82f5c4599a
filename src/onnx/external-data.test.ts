import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LazyTensor } from '../tensor/lazy.ts';
import { GraphBuilder } from './builder.ts';
import { inlineData, planDataFiles, withDataOf, writeExternal } from './external-data.ts';
import { type Graph, modelFromGraph, protoToTensor } from './graph.ts';
import { Add, MatMul, Reshape } from './ops.ts';
import { encodeModel } from './proto.ts';

const SIZE = 40;

/** A matrix that is made in pieces of `rows` rows: row r, column c holds sin(r + c). */
function lazyMatrix(rows: number): LazyTensor<'float32'> {
  return {
    dtype: 'float32',
    shape: [SIZE, SIZE],
    chunks: async function* () {
      const piece = new Float32Array(rows * SIZE);
      for (let row = 0; row < SIZE; row += rows) {
        piece.forEach((_, i) => (piece[i] = Math.sin(row + Math.floor(i / SIZE) + (i % SIZE))));
        yield new Uint8Array(piece.buffer);
      }
    },
  };
}

/** `y = reshape(x · first + bias) · second`: lazy and host tensors, large and small. */
function example(first = lazyMatrix(8), second = lazyMatrix(10)): Graph {
  const g = new GraphBuilder('example');
  const x = g.input('x', 'float32', ['rows', SIZE]);
  const bias = Float32Array.from({ length: 300 * SIZE }, (_, i) => i % SIZE);
  const small: LazyTensor = {
    dtype: 'float32',
    shape: [1],
    chunks: async function* () {
      yield new Uint8Array(Float32Array.of(0.5).buffer);
    },
  };
  const product = MatMul(g, x, g.initializer('first', first));
  const half = Add(g, product, g.initializer('half', small));
  const many = Add(
    g,
    half,
    g.initializer('bias', { dtype: 'float32', shape: [300, SIZE], data: bias }),
  );
  const y = MatMul(g, Reshape(g, many, [-1, SIZE]), g.initializer('second', second));
  g.output(y, 'y', 'float32', [300, SIZE]);
  return g.build();
}

/** A sink that keeps a copy of what it is given. */
function memorySink() {
  const parts: Uint8Array[] = [];
  return {
    write: async (bytes: Uint8Array) => void parts.push(bytes.slice()),
    bytes: () => Buffer.concat(parts),
  };
}

const X = Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i));

/** By the formula of the graph, in float64. */
function expectedY(): number[] {
  const matrix = (row: number, column: number) => Math.fround(Math.sin(row + column));
  const sum = (term: (i: number) => number) =>
    Array.from({ length: SIZE }, (_, i) => term(i)).reduce((a, b) => a + b, 0);
  const middle = Array.from(
    { length: SIZE },
    (_, c) => sum((i) => (X[i] as number) * matrix(i, c)) + 0.5 + c,
  );
  return Array.from({ length: SIZE }, (_, c) => sum((i) => (middle[i] as number) * matrix(i, c)));
}

function expectY(y: ArrayLike<number>): void {
  expect(y.length).toBe(300 * SIZE);
  const expected = expectedY();
  const worst = Math.max(...Array.from(y, (v, i) => Math.abs(v - (expected[i % SIZE] as number))));
  expect(worst).toBeLessThan(1e-3);
}

describe('a graph with its weights in a data file', () => {
  let folder: string;
  let written: Graph;
  let length: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'external-data-'));
    const file = await open(join(folder, 'weights.bin'), 'w');
    const sink = { write: async (bytes: Uint8Array) => void (await file.write(bytes)) };
    const result = await writeExternal(example(), sink, { location: 'weights.bin' });
    await file.close();
    written = result.graph;
    length = result.byteLength;
    await writeFile(join(folder, 'model.onnx'), encodeModel(modelFromGraph(written)));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('large weights begin at pages, small ones stay in the model', async () => {
    const places = [...written.initializers].map(([name, { externalData }]) => [
      name,
      ...externalData.map(({ value }) => value),
    ]);
    expect(places).toEqual([
      ['first', 'weights.bin', '0', '6400'],
      ['half'],
      ['bias', 'weights.bin', '8192', '48000'],
      ['int64.-1_40'],
      ['second', 'weights.bin', '57344', '6400'],
    ]);
    expect(length).toBe(57344 + 6400);
    expect((await readFile(join(folder, 'weights.bin'))).byteLength).toBe(length);
    expect((await readFile(join(folder, 'model.onnx'))).byteLength).toBeLessThan(2048);
  });

  test('onnxruntime-node finds it beside the model', async () => {
    const session = await node.InferenceSession.create(join(folder, 'model.onnx'));
    const { y } = await session.run({ x: new node.Tensor('float32', X, [1, SIZE]) });
    expectY(y?.data as Float32Array);
    await session.release();
  });

  test('onnxruntime-web takes it from memory', async () => {
    const model = await readFile(join(folder, 'model.onnx'));
    const data = new Uint8Array(await readFile(join(folder, 'weights.bin')));
    const session = await web.InferenceSession.create(new Uint8Array(model), {
      executionProviders: ['wasm'],
      externalData: [{ path: 'weights.bin', data }],
    });
    const { y } = await session.run({ x: new web.Tensor('float32', X, [1, SIZE]) });
    expectY(y?.data as Float32Array);
    await session.release();
  });

  test('in several files, each below its limit where a tensor is', async () => {
    const plan = planDataFiles(example(), 20_000);
    expect(plan.map((names) => [...names])).toEqual([['first'], ['bias'], ['second']]);
    expect(planDataFiles(example(), 70_000)).toHaveLength(1);
    let graph = example();
    const externalData: { path: string; data: Uint8Array }[] = [];
    for (const [at, names] of plan.entries()) {
      const sink = memorySink();
      const location = `part-${at}`;
      ({ graph } = await writeExternal(graph, sink, { location, names }));
      externalData.push({ path: location, data: new Uint8Array(sink.bytes()) });
    }
    const model = encodeModel(modelFromGraph(await inlineData(graph)));
    const session = await web.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      externalData,
    });
    const { y } = await session.run({ x: new web.Tensor('float32', X, [1, SIZE]) });
    expectY(y?.data as Float32Array);
    await session.release();
  });

  test('the parts of the file hold the weights, and their gaps zeros', async () => {
    const sink = memorySink();
    await writeExternal(example(), sink, { location: 'x' });
    const bytes = sink.bytes();
    const inlined = await inlineData(example());
    for (const [name, { externalData, rawData }] of written.initializers) {
      if (rawData) continue;
      const [, offset = 0, size = 0] = externalData.map(({ value }) => Number(value));
      const held = inlined.initializers.get(name)?.rawData as Uint8Array;
      expect(Buffer.compare(bytes.subarray(offset, offset + size), held)).toBe(0);
    }
    expect([...bytes.subarray(6400, 8192)].every((byte) => byte === 0)).toBe(true);
  });

  test('medium weights begin at cache lines', async () => {
    const g = new GraphBuilder('medium');
    for (const name of ['a', 'b']) {
      g.initializer(name, { dtype: 'uint8', shape: [1500], data: new Uint8Array(1500) });
    }
    const sink = memorySink();
    const { graph, byteLength } = await writeExternal(g.build(), sink, { location: 'x' });
    expect(graph.initializers.get('b')?.externalData[1]?.value).toBe('1536');
    expect(byteLength).toBe(1536 + 1500);
  });
});

describe('weights that are not read yet', () => {
  test('can be put into the model', async () => {
    const bytes = encodeModel(modelFromGraph(await inlineData(example())));
    const session = await node.InferenceSession.create(bytes);
    const { y } = await session.run({ x: new node.Tensor('float32', X, [1, SIZE]) });
    expectY(y?.data as Float32Array);
    await session.release();
  });

  test('cannot be encoded or looked at', () => {
    const graph = example();
    expect(() => modelFromGraph(graph)).toThrow(
      'The initialiser first of the graph example has no bytes yet; call writeExternal or inlineData first.',
    );
    expect(() => protoToTensor(graph.initializers.get('first')!)).toThrow(/is not read yet/);
  });

  test('that are too many or too few are an error', async () => {
    const graph = example({ ...lazyMatrix(8), shape: [SIZE, SIZE + 1] });
    await expect(writeExternal(graph, memorySink(), { location: 'x' })).rejects.toThrow(
      'The tensor first should take 6560 bytes for its shape [40, 41] of float32, but only 6400 came',
    );
    const more = example({ ...lazyMatrix(8), shape: [SIZE, SIZE - 1] });
    await expect(writeExternal(more, memorySink(), { location: 'x' })).rejects.toThrow(
      /should take 6240 bytes .* but more came/,
    );
  });

  test('a sink that fails fails the writing', async () => {
    const full = { write: () => Promise.reject(new Error('The disk is full.')) };
    await expect(writeExternal(example(), full, { location: 'x' })).rejects.toThrow(
      'The disk is full.',
    );
  });
});

describe('two graphs over one data file', () => {
  async function written(): Promise<Graph> {
    return (await writeExternal(example(), memorySink(), { location: 'weights' })).graph;
  }

  test('share initialisers, and keep small ones of their own', async () => {
    const data = await written();
    const g = new GraphBuilder('other');
    const x = g.input('x', 'float32', ['rows', SIZE]);
    const product = MatMul(g, x, g.initializer('second', lazyMatrix(8)));
    g.output(Add(g, product, g.float32(2)), 'y', 'float32', ['rows', SIZE]);
    const other = withDataOf(g.build(), data);
    expect(other.initializers.get('second')).toBe(data.initializers.get('second'));
    expect(protoToTensor(other.initializers.get('float32.2')!).data).toEqual(Float32Array.of(2));
  });

  test('must agree on them', async () => {
    const data = await written();
    const withMatrix = (name: string, tensor: LazyTensor) => {
      const g = new GraphBuilder('other');
      g.output(g.initializer(name, tensor), 'y', 'float32', [...tensor.shape]);
      return g.build();
    };
    expect(() => withDataOf(withMatrix('third', lazyMatrix(8)), data)).toThrow(
      'The initialiser third of the graph other should lie in the data of example',
    );
    const narrow = { ...lazyMatrix(8), dtype: 'float16' } as const;
    expect(() => withDataOf(withMatrix('first', narrow), data)).toThrow('same type and shape');
  });
});
