/**
 * ONNX bytes to message objects and back, driven by the table in schema.ts over protobufjs's reader
 * and writer. protobufjs's own reflection compiles functions from text, which a page whose
 * Content-Security-Policy lacks 'unsafe-eval' refuses; its reader and writer do not.
 */
import protobuf from 'protobufjs/minimal.js';
import {
  type Field,
  type Int64,
  type MessageName,
  MESSAGES,
  type MessageTypes,
  type ModelProto,
  type Scalar,
} from './schema.ts';

type Reader = protobuf.Reader;
type Writer = protobuf.Writer;
type Message = Record<string, unknown> & { unknownFields?: Uint8Array[] };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const WIRE_TYPE: Record<Scalar, number> = {
  int32: VARINT,
  int64: VARINT,
  uint64: VARINT,
  float: FIXED32,
  double: FIXED64,
  string: LENGTH,
  bytes: LENGTH,
};

/** Decodes a model. Byte fields are views of `bytes`. Throws a sentence where `bytes` is no ONNX model. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const model = decodeMessage('ModelProto', bytes);
  if (!model.graph) throw new Error('The bytes are no ONNX model: they hold no graph.');
  return model;
}

/** Encodes a model, fields in ascending order of their numbers, unknown ones last. */
export function encodeModel(model: ModelProto): Uint8Array {
  const writer = new protobuf.Writer();
  writeMessage(writer, 'ModelProto', model as unknown as Message);
  return writer.finish();
}

/** Decodes one message of the table. */
export function decodeMessage<M extends MessageName>(name: M, bytes: Uint8Array): MessageTypes[M] {
  try {
    return readMessage(new protobuf.Reader(bytes), name, bytes.byteLength) as MessageTypes[M];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The bytes are no ONNX ${name}, or were cut off: ${reason}.`, { cause: error });
  }
}

function readMessage(reader: Reader, name: MessageName, end: number): unknown {
  const fields = MESSAGES[name];
  const message: Message = {};
  for (const field of Object.values(fields)) if (field.repeated) message[field.name] = [];
  while (reader.pos < end) {
    const start = reader.pos;
    const tag = reader.uint32();
    const field = fields[tag >>> 3];
    if (field) readField(reader, message, field, tag & 7);
    else {
      reader.skipType(tag & 7);
      (message.unknownFields ??= []).push((reader.buf as Uint8Array).subarray(start, reader.pos));
    }
  }
  if (reader.pos !== end) throw new Error(`a field of ${name} reaches beyond its message`);
  return message;
}

function readField(reader: Reader, message: Message, field: Field, wireType: number): void {
  if (!isScalar(field.type)) {
    const length = reader.uint32();
    store(message, field, readMessage(reader, field.type, reader.pos + length));
    return;
  }
  const packed = wireType === LENGTH && WIRE_TYPE[field.type] !== LENGTH;
  if (!packed) {
    store(message, field, readScalar(reader, field.type));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) store(message, field, readScalar(reader, field.type));
}

function store(message: Message, field: Field, value: unknown): void {
  if (field.repeated) (message[field.name] as unknown[]).push(value);
  else message[field.name] = value;
}

function isScalar(type: Field['type']): type is Scalar {
  return type in WIRE_TYPE;
}

function readScalar(reader: Reader, type: Scalar): unknown {
  if (type === 'int64') return toInt64(reader.int64(), true);
  if (type === 'uint64') return toInt64(reader.uint64(), false);
  return reader[type]();
}

/** protobufjs gives a `Long` where its `long` package is present and a number elsewhere. */
function toInt64(value: number | protobuf.Long, signed: boolean): Int64 {
  if (typeof value === 'number') return value;
  const whole = (BigInt(signed ? value.high : value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

function writeMessage(writer: Writer, name: MessageName, message: Message): void {
  for (const [number, field] of Object.entries(MESSAGES[name])) {
    const value = message[field.name];
    if (value === undefined) continue;
    writeField(writer, Number(number), field, value);
  }
  for (const bytes of message.unknownFields ?? []) writeRaw(writer, bytes);
}

/** Writes one field again as it was read: the writer has no public call for ready-made bytes. */
function writeRaw(writer: Writer, bytes: Uint8Array): void {
  const reader = new protobuf.Reader(bytes);
  const tag = reader.uint32();
  writer.uint32(tag);
  switch (tag & 7) {
    case VARINT:
      writer.uint64(reader.uint64());
      break;
    case FIXED64:
      writer.fixed64(reader.fixed64());
      break;
    case LENGTH:
      writer.bytes(reader.bytes());
      break;
    case FIXED32:
      writer.fixed32(reader.fixed32());
      break;
    default:
      throw new Error('A model holds a field of a wire type (a group) that ONNX never uses.');
  }
}

function writeField(writer: Writer, number: number, field: Field, value: unknown): void {
  const values = field.repeated ? (value as unknown[]) : [value];
  if (!isScalar(field.type)) {
    for (const item of values) {
      writer.uint32((number << 3) | LENGTH).fork();
      writeMessage(writer, field.type, item as Message);
      writer.ldelim();
    }
    return;
  }
  const wireType = WIRE_TYPE[field.type];
  if (!field.repeated || wireType === LENGTH) {
    for (const item of values)
      writeScalar(writer.uint32((number << 3) | wireType), field.type, item);
    return;
  }
  if (values.length === 0) return;
  writer.uint32((number << 3) | LENGTH).fork();
  for (const item of values) writeScalar(writer, field.type, item);
  writer.ldelim();
}

function writeScalar(writer: Writer, type: Scalar, value: unknown): void {
  switch (type) {
    case 'int64':
    case 'uint64':
      writer[type](fromInt64(value as Int64));
      return;
    case 'string':
      writer.string(value as string);
      return;
    case 'bytes':
      writer.bytes(value as Uint8Array);
      return;
    default:
      writer[type](value as number);
  }
}

function fromInt64(value: Int64): number | protobuf.Long {
  if (typeof value === 'number') return value;
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } as protobuf.Long;
}
