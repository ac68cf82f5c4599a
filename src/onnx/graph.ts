/**
 * A graph apart from its encoding: what gets built, edited and checked. Tensors stay in ONNX's own
 * TensorProto, so that weights are never copied on the way through.
 */
import { tensorBytes, tensorFromBytes } from '../tensor/convert.ts';
import type { LazyTensor } from '../tensor/lazy.ts';
import { BYTES_PER_ELEMENT, type DType, elementCount, type HostTensor } from '../tensor/tensor.ts';
import {
  type AttributeProto,
  DATA_TYPE,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.ts';

/** Sizes of a value's axes: a number, or a name for a size known only at run time. */
export type Shape = readonly (number | string)[];

export interface GraphNode {
  readonly opType: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly name: string;
  /** Names of values; an empty one stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
  readonly rest?: Pick<AttributeProto, 'unknownFields'> & { docString?: string; overload?: string };
}

/** A tensor of the graph: its bytes, or where they come from. */
export interface Initializer extends TensorProto {
  /** What makes the bytes when they are written (external-data.ts); `rawData` is absent then. */
  readonly lazy?: LazyTensor;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** By name. */
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly nodes: readonly GraphNode[];
  /** Domain to version; the empty domain is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  /** What a model that was read brought along and no edit here touches. */
  readonly rest?: { readonly model: Partial<ModelProto>; readonly graph: Partial<GraphProto> };
}

/** A value's name, type and shape as ONNX writes them. */
export function valueInfo(name: string, dtype: DType, shape: Shape): ValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: DATA_TYPE[dtype], shape: { dim } } } };
}

/** The shape a value declares; undefined where it declares none, `?` where one axis is left open. */
export function shapeOf(info: ValueInfoProto): Shape | undefined {
  return info.type?.tensorType?.shape?.dim.map((dim) =>
    dim.dimValue === undefined ? (dim.dimParam ?? '?') : Number(dim.dimValue),
  );
}

/** The house's name of an ONNX data type; throws for types it does not handle. */
export function dtypeOf(name: string, dataType: number | undefined): DType {
  const found = Object.entries(DATA_TYPE).find(([, code]) => code === dataType);
  if (!found) {
    throw new Error(
      `The value ${name} has the ONNX data type ${dataType}, which is not supported.`,
    );
  }
  return found[0] as DType;
}

/** A tensor as ONNX keeps it. Its bytes are a view of the tensor's own. */
export function tensorToProto(name: string, tensor: HostTensor): TensorProto {
  return {
    name,
    dims: [...tensor.shape],
    dataType: DATA_TYPE[tensor.dtype],
    rawData: tensorBytes(tensor),
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
  };
}

/** A tensor whose bytes are made later, as a graph keeps it until they are written. */
export function lazyToInitializer(name: string, lazy: LazyTensor): Initializer {
  const { dtype, shape } = lazy;
  const empty = tensorToProto(name, { dtype, shape, data: new Uint8Array() });
  return { ...empty, rawData: undefined, lazy };
}

/** The elements of an initialiser that lies inside the model, copied. */
export function protoToTensor(proto: Initializer): HostTensor {
  const name = proto.name ?? '';
  if (proto.lazy) {
    throw new Error(`The initialiser ${name} is not read yet; call inlineData on its graph first.`);
  }
  const dtype = dtypeOf(name, proto.dataType);
  const shape = proto.dims.map(Number);
  if (proto.dataLocation === 1) {
    throw new Error(`The initialiser ${name} lies in another file; load it from there first.`);
  }
  const data = proto.rawData
    ? tensorFromBytes(dtype, shape, checkedBytes(name, dtype, shape, proto.rawData)).data
    : listedData(proto, dtype);
  if (data.length !== elementCount(shape)) {
    throw new Error(
      `The initialiser ${name} should hold ${elementCount(shape)} elements for its shape [${shape.join(', ')}], but it holds ${data.length}.`,
    );
  }
  return { dtype, shape, data };
}

function checkedBytes(
  name: string,
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array,
): Uint8Array {
  const expected = elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  if (bytes.byteLength !== expected) {
    throw new Error(
      `The initialiser ${name} should take ${expected} bytes for its shape [${shape.join(', ')}] of ${dtype}, but it takes ${bytes.byteLength}.`,
    );
  }
  return bytes;
}

/** ONNX may list elements in typed fields instead of raw bytes; small integer types share int32Data. */
function listedData(proto: TensorProto, dtype: DType): HostTensor['data'] {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data, BigInt);
    case 'int32':
      return Int32Array.from(proto.int32Data);
    case 'int8':
      return Int8Array.from(proto.int32Data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(proto.int32Data);
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(proto.int32Data);
  }
}

/** The graph of a model that was read, with everything else kept for writing it back. */
export function graphFromModel(model: ModelProto): Graph {
  const { graph: proto, opsetImport, ...modelRest } = model;
  if (!proto) throw new Error('The model holds no graph.');
  const { node, name, initializer, input, output, ...graphRest } = proto;
  return {
    name: name ?? '',
    inputs: input,
    outputs: output,
    initializers: new Map(initializer.map((tensor) => [tensor.name ?? '', tensor])),
    nodes: node.map((item) => ({
      opType: item.opType ?? '',
      domain: item.domain ?? '',
      name: item.name ?? '',
      inputs: item.input,
      outputs: item.output,
      attributes: item.attribute,
      rest: {
        unknownFields: item.unknownFields,
        docString: item.docString,
        overload: item.overload,
      },
    })),
    opsets: new Map(opsetImport.map((item) => [item.domain ?? '', Number(item.version)])),
    rest: { model: modelRest, graph: graphRest },
  };
}

/** The model that holds a graph; shares its weights' memory. Throws where weights are not read yet. */
export function modelFromGraph(graph: Graph): ModelProto {
  for (const [name, { lazy }] of graph.initializers) {
    if (!lazy) continue;
    throw new Error(
      `The initialiser ${name} of the graph ${graph.name} has no bytes yet; call writeExternal or inlineData first.`,
    );
  }
  return {
    irVersion: 9,
    producerName: 'bapa-workbench',
    metadataProps: [],
    ...graph.rest?.model,
    opsetImport: [...graph.opsets].map(([domain, version]) => ({ domain, version })),
    graph: {
      valueInfo: [],
      ...graph.rest?.graph,
      name: graph.name,
      input: [...graph.inputs],
      output: [...graph.outputs],
      initializer: [...graph.initializers.values()],
      node: graph.nodes.map((node) => ({
        ...node.rest,
        name: node.name,
        opType: node.opType,
        domain: node.domain,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: [...node.attributes],
      })),
    },
  };
}
