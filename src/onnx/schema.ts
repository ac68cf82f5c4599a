/**
 * The messages of the ONNX protobuf schema (onnx.proto3, IR version 10) as data: field numbers, names
 * and types. Fields that are not listed survive reading and writing as raw bytes (see proto.ts).
 */

export type Scalar = 'int32' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes';

export type MessageName = keyof MessageTypes;

export interface Field {
  readonly name: string;
  readonly type: Scalar | MessageName;
  readonly repeated?: boolean;
}

/** Fields that the table does not know, each with its tag, in the order they were read. */
interface Unknown {
  unknownFields?: Uint8Array[];
}

/** An int64: a number where it is safe to be one. */
export type Int64 = number | bigint;

export interface StringStringEntryProto extends Unknown {
  key?: string;
  value?: string;
}

export interface OperatorSetIdProto extends Unknown {
  domain?: string;
  version?: Int64;
}

export interface DimensionProto extends Unknown {
  dimValue?: Int64;
  dimParam?: string;
}

export interface TensorShapeProto extends Unknown {
  dim: DimensionProto[];
}

export interface TensorTypeProto extends Unknown {
  elemType?: number;
  shape?: TensorShapeProto;
}

export interface TypeProto extends Unknown {
  tensorType?: TensorTypeProto;
  denotation?: string;
}

export interface ValueInfoProto extends Unknown {
  name?: string;
  type?: TypeProto;
  docString?: string;
}

export interface TensorProto extends Unknown {
  dims: Int64[];
  dataType?: number;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: Int64[];
  name?: string;
  rawData?: Uint8Array;
  doubleData: number[];
  uint64Data: Int64[];
  docString?: string;
  externalData: StringStringEntryProto[];
  /** 1 where the bytes lie in another file (`externalData` says where). */
  dataLocation?: number;
}

export interface AttributeProto extends Unknown {
  name?: string;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats: number[];
  ints: Int64[];
  strings: Uint8Array[];
  tensors: TensorProto[];
  graphs: GraphProto[];
  docString?: string;
  type?: number;
  refAttrName?: string;
}

export interface NodeProto extends Unknown {
  input: string[];
  output: string[];
  name?: string;
  opType?: string;
  attribute: AttributeProto[];
  docString?: string;
  domain?: string;
  overload?: string;
}

export interface GraphProto extends Unknown {
  node: NodeProto[];
  name?: string;
  initializer: TensorProto[];
  docString?: string;
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
}

export interface ModelProto extends Unknown {
  irVersion?: Int64;
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  modelVersion?: Int64;
  docString?: string;
  graph?: GraphProto;
  opsetImport: OperatorSetIdProto[];
  metadataProps: StringStringEntryProto[];
}

export interface MessageTypes {
  ModelProto: ModelProto;
  GraphProto: GraphProto;
  NodeProto: NodeProto;
  AttributeProto: AttributeProto;
  TensorProto: TensorProto;
  ValueInfoProto: ValueInfoProto;
  TypeProto: TypeProto;
  TensorTypeProto: TensorTypeProto;
  TensorShapeProto: TensorShapeProto;
  DimensionProto: DimensionProto;
  OperatorSetIdProto: OperatorSetIdProto;
  StringStringEntryProto: StringStringEntryProto;
}

function one(name: string, type: Field['type']): Field {
  return { name, type };
}

function many(name: string, type: Field['type']): Field {
  return { name, type, repeated: true };
}

/** Field number to field, for each message. */
export const MESSAGES: { readonly [M in MessageName]: Readonly<Record<number, Field>> } = {
  ModelProto: {
    1: one('irVersion', 'int64'),
    2: one('producerName', 'string'),
    3: one('producerVersion', 'string'),
    4: one('domain', 'string'),
    5: one('modelVersion', 'int64'),
    6: one('docString', 'string'),
    7: one('graph', 'GraphProto'),
    8: many('opsetImport', 'OperatorSetIdProto'),
    14: many('metadataProps', 'StringStringEntryProto'),
  },
  GraphProto: {
    1: many('node', 'NodeProto'),
    2: one('name', 'string'),
    5: many('initializer', 'TensorProto'),
    10: one('docString', 'string'),
    11: many('input', 'ValueInfoProto'),
    12: many('output', 'ValueInfoProto'),
    13: many('valueInfo', 'ValueInfoProto'),
  },
  NodeProto: {
    1: many('input', 'string'),
    2: many('output', 'string'),
    3: one('name', 'string'),
    4: one('opType', 'string'),
    5: many('attribute', 'AttributeProto'),
    6: one('docString', 'string'),
    7: one('domain', 'string'),
    8: one('overload', 'string'),
  },
  AttributeProto: {
    1: one('name', 'string'),
    2: one('f', 'float'),
    3: one('i', 'int64'),
    4: one('s', 'bytes'),
    5: one('t', 'TensorProto'),
    6: one('g', 'GraphProto'),
    7: many('floats', 'float'),
    8: many('ints', 'int64'),
    9: many('strings', 'bytes'),
    10: many('tensors', 'TensorProto'),
    11: many('graphs', 'GraphProto'),
    13: one('docString', 'string'),
    20: one('type', 'int32'),
    21: one('refAttrName', 'string'),
  },
  TensorProto: {
    1: many('dims', 'int64'),
    2: one('dataType', 'int32'),
    4: many('floatData', 'float'),
    5: many('int32Data', 'int32'),
    6: many('stringData', 'bytes'),
    7: many('int64Data', 'int64'),
    8: one('name', 'string'),
    9: one('rawData', 'bytes'),
    10: many('doubleData', 'double'),
    11: many('uint64Data', 'uint64'),
    12: one('docString', 'string'),
    13: many('externalData', 'StringStringEntryProto'),
    14: one('dataLocation', 'int32'),
  },
  ValueInfoProto: {
    1: one('name', 'string'),
    2: one('type', 'TypeProto'),
    3: one('docString', 'string'),
  },
  TypeProto: { 1: one('tensorType', 'TensorTypeProto'), 6: one('denotation', 'string') },
  TensorTypeProto: { 1: one('elemType', 'int32'), 2: one('shape', 'TensorShapeProto') },
  TensorShapeProto: { 1: many('dim', 'DimensionProto') },
  DimensionProto: { 1: one('dimValue', 'int64'), 2: one('dimParam', 'string') },
  OperatorSetIdProto: { 1: one('domain', 'string'), 2: one('version', 'int64') },
  StringStringEntryProto: { 1: one('key', 'string'), 2: one('value', 'string') },
};

/** TensorProto.DataType codes of the dtypes this house handles. */
export const DATA_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

/** AttributeProto.AttributeType codes. */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
