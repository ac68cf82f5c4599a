import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '../tensor/tensor.ts';
import { GraphBuilder } from './builder.ts';
import { checkedGraph, graphProblems } from './check.ts';
import { initializersToInputs, withGatheredOutputs } from './edit.ts';
import {
  type Graph,
  graphFromModel,
  modelFromGraph,
  protoToTensor,
  tensorToProto,
} from './graph.ts';
import { Add, MatMul, Reshape, Slice } from './ops.ts';
import { decodeMessage, decodeModel, encodeModel } from './proto.ts';

const MATRIX: HostTensor = {
  dtype: 'float32',
  shape: [2, 3],
  data: Float32Array.of(1, 2, 3, 4, 5, 6),
};

/** `y = reshape(x · matrix + 0.5)[:, 1:]`: weights, int64 constants and int attributes in one. */
function exampleGraph(): Graph {
  const g = new GraphBuilder('example');
  const x = g.input('x', 'float32', ['rows', 2]);
  const half = g.initializer('half', {
    dtype: 'float32',
    shape: [1],
    data: Float32Array.of(0.5),
  });
  const product = MatMul(g, x, g.initializer('matrix', MATRIX));
  const y = Slice(g, Reshape(g, Add(g, product, half), [-1, 3]), 1, 2 ** 31 - 1, 1);
  g.output(y, 'y', 'float32', ['rows', 2]);
  return g.build();
}

async function runAll(
  graph: Graph,
  feeds: Record<string, Tensor>,
): Promise<Record<string, number[]>> {
  const bytes = encodeModel(modelFromGraph(checkedGraph(graph)));
  const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'] });
  const outputs = Object.entries(await session.run(feeds));
  return Object.fromEntries(outputs.map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<number[]> {
  return (await runAll(graph, feeds))['y'] ?? [];
}

const X = () => new Tensor('float32', Float32Array.of(1, 10), [1, 2]);

describe('encoding', () => {
  test('onnxruntime runs what was written', async () => {
    expect(await run(exampleGraph(), { x: X() })).toEqual([52.5, 63.5]);
  });

  test('what was written reads back, and writes again to the same bytes', () => {
    const bytes = encodeModel(modelFromGraph(exampleGraph()));
    const model = decodeModel(bytes);
    const graph = graphFromModel(model);
    expect(graph.nodes.map((node) => node.opType)).toEqual([
      'MatMul',
      'Add',
      'Reshape',
      'Slice',
      'Identity',
    ]);
    const matrix = graph.initializers.get('matrix');
    expect(matrix && protoToTensor(matrix)).toEqual(MATRIX);
    expect(encodeModel(modelFromGraph(graph))).toEqual(bytes);
  });

  test('the bytes are those of the protobuf format', () => {
    const model = { irVersion: 9, opsetImport: [{ domain: '', version: 20 }], metadataProps: [] };
    expect([...encodeModel(model)]).toEqual([0x08, 9, 0x42, 4, 0x0a, 0, 0x10, 20]);
  });

  test('fields that the table does not know survive', () => {
    // TensorProto: dims 1 and 300 unpacked, the unknown fields 200 (text "hi") and 201 (fixed32).
    const unknown = [0xc2, 0x0c, 2, 0x68, 0x69, 0xcd, 0x0c, 1, 2, 3, 4];
    const bytes = Uint8Array.of(0x08, 1, 0x08, 0xac, 0x02, ...unknown);
    const tensor = decodeMessage('TensorProto', bytes);
    expect(tensor.dims).toEqual([1, 300]);
    const again = encodeModel({
      opsetImport: [],
      metadataProps: [],
      graph: {
        node: [],
        initializer: [tensor],
        input: [],
        output: [],
        valueInfo: [],
      },
    });
    const text = Buffer.from(again).toString('hex');
    expect(text).toContain(Buffer.from(Uint8Array.from(unknown)).toString('hex'));
  });

  test('64-bit integers beyond 2^53 and negative ones survive', () => {
    const values = [-1, 2 ** 40, 9223372036854775807n, -9223372036854775808n];
    const proto = { ...tensorToProto('ids', MATRIX), rawData: undefined, int64Data: values };
    const model = modelFromGraph({ ...exampleGraph(), initializers: new Map([['ids', proto]]) });
    const [read] = decodeModel(encodeModel(model)).graph?.initializer ?? [];
    expect(read?.int64Data).toEqual(values);
  });

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 20)],
    ['not ONNX', () => new TextEncoder().encode('<html>404</html>')],
    ['empty', () => new Uint8Array()],
  ])('bytes that are %s are refused with a sentence', (_, damage) => {
    const bytes = encodeModel(modelFromGraph(exampleGraph()));
    expect(() => decodeModel(damage(bytes))).toThrow(/^The bytes are no ONNX /);
  });
});

describe('editing', () => {
  test('an initialiser becomes an input that decides the result', async () => {
    const graph = initializersToInputs(exampleGraph(), new Map([['half', undefined]]));
    const half = new Tensor('float32', Float32Array.of(100), [1]);
    expect(await run(graph, { x: X(), half })).toEqual([152, 163]);
  });

  test('a name that is no initialiser is refused', () => {
    expect(() => initializersToInputs(exampleGraph(), new Map([['cos', undefined]]))).toThrow(
      'The graph example has no initialiser named cos.',
    );
  });
});

describe('inner values as outputs', () => {
  const product = {
    value: 'MatMul',
    axis: 1,
    places: 'which',
    output: 'some',
    dtype: 'float32',
    shape: ['rows', 'n'],
  } as const;

  test('give the places that are named, and nothing where none is', async () => {
    const graph = checkedGraph(withGatheredOutputs(exampleGraph(), [product]));
    const which = (...places: bigint[]) =>
      new Tensor('int64', BigInt64Array.from(places), [places.length]);
    const y = [52.5, 63.5];
    expect(await runAll(graph, { x: X(), which: which(2n, 0n) })).toEqual({ y, some: [63, 41] });
    expect(await runAll(graph, { x: X(), which: which() })).toEqual({ y, some: [] });
  });

  test('stand behind the graph, the last first', () => {
    const second = { ...product, value: 'Add', places: 'others', output: 'more' };
    const { nodes, inputs } = withGatheredOutputs(exampleGraph(), [product, second]);
    expect(nodes.slice(-2).map(({ outputs }) => outputs[0])).toEqual(['more', 'some']);
    expect(inputs.slice(-2).map(({ name }) => name)).toEqual(['which', 'others']);
  });

  test('are refused where nothing makes them', () => {
    expect(() => withGatheredOutputs(exampleGraph(), [{ ...product, value: 'q' }])).toThrow(
      'No node of the graph example makes q.',
    );
  });
});

describe('checking', () => {
  const sound = exampleGraph();
  const node = (index: number) => sound.nodes[index] as Graph['nodes'][number];

  test.each<[string, Partial<Graph>, string]>([
    [
      'an undefined input',
      { initializers: new Map([...sound.initializers].filter(([name]) => name !== 'matrix')) },
      'The node MatMul (MatMul) uses matrix, which no input, initialiser or node makes.',
    ],
    [
      'a wrong order',
      { nodes: [...sound.nodes].reverse() },
      'uses MatMul before the node that makes it; nodes must be in the order of computation.',
    ],
    [
      'a value made twice',
      { nodes: [...sound.nodes, node(0)] },
      'The node MatMul (MatMul) makes MatMul, which exists already.',
    ],
    [
      'an unknown domain',
      { nodes: [{ ...node(0), domain: 'com.example' }, ...sound.nodes.slice(1)] },
      'is of the domain "com.example", which the model does not import.',
    ],
    [
      'an output that nothing makes',
      { nodes: sound.nodes.slice(0, -1) },
      'The graph output y is made by no node.',
    ],
    [
      'two outputs of one name',
      { outputs: [...sound.outputs, ...sound.outputs] },
      'The graph has two outputs named y.',
    ],
  ])('%s is named', (_, change, sentence) => {
    expect(graphProblems({ ...sound, ...change }).join(' ')).toContain(sentence);
    expect(() => checkedGraph({ ...sound, ...change })).toThrow('The graph example is not valid.');
  });

  test('a sound graph has no problems', () => {
    expect(graphProblems(sound)).toEqual([]);
  });
});
