/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes.
 * Headers come from strangers, so each field is checked before it is believed.
 */
import { tensorBytes, tensorFromBytes } from './convert.ts';
import { BYTES_PER_ELEMENT, type DType, elementCount, type HostTensor } from './tensor.ts';

/** One file, read by byte ranges. `read(start, end)` gives `end - start` bytes or fewer at the end. */
export interface RangeReader {
  /** What error sentences call the file. */
  readonly name: string;
  /** Bytes in the whole file. */
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same bytes in pieces of any length; left out where reading part after part is as good. */
  readonly stream?: ((start: number, end: number) => AsyncIterable<Uint8Array>) | undefined;
}

/** Where a tensor lies: `start` and `end` are byte offsets from the beginning of the file. */
export interface TensorEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** The reference implementation's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

const DTYPE_OF_NAME = new Map<string, DType>(
  Object.entries({
    F64: 'float64',
    F32: 'float32',
    F16: 'float16',
    BF16: 'bfloat16',
    I64: 'int64',
    I32: 'int32',
    I8: 'int8',
    U8: 'uint8',
    BOOL: 'bool',
  }),
);

/** Reads and checks a header. Errors are sentences that name the file, and the tensor where one is at fault. */
export async function readSafetensorsHeader(file: RangeReader): Promise<Map<string, TensorEntry>> {
  const { json, dataStart } = await readHeaderJson(file);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') entries.set(name, parseEntry(file, name, value, dataStart));
  }
  checkOverlap(file, entries);
  return entries;
}

async function readHeaderJson(
  file: RangeReader,
): Promise<{ json: Record<string, unknown>; dataStart: number }> {
  const prefix = file.size >= 8 ? await file.read(0, 8) : new Uint8Array();
  if (prefix.byteLength < 8) {
    throw new Error(
      `${file.name} is no safetensors file: it has ${file.size} bytes, and 8 are needed for the header's length.`,
    );
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
  const claimed = view.getBigUint64(0, true);
  const length = Number(claimed);
  if (length > MAX_HEADER_BYTES || 8 + length > file.size) {
    throw new Error(
      `${file.name} is no safetensors file or was cut off: its header claims ${claimed} bytes, but the file has ${file.size} and a header at most ${MAX_HEADER_BYTES}.`,
    );
  }
  const bytes = await file.read(8, 8 + length);
  if (bytes.byteLength !== length) {
    throw new Error(`${file.name} ended inside its header; download the file again.`);
  }
  return { json: parseObject(file, bytes), dataStart: 8 + length };
}

function parseObject(file: RangeReader, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(`The safetensors header of ${file.name} is not valid JSON.`, { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`The safetensors header of ${file.name} is not a JSON object.`);
  }
  return json as Record<string, unknown>;
}

function parseEntry(
  file: RangeReader,
  name: string,
  value: unknown,
  dataStart: number,
): TensorEntry {
  const where = `The tensor ${name} in ${file.name}`;
  const {
    dtype: dtypeName,
    shape,
    data_offsets: offsets,
  } = (value ?? {}) as Record<string, unknown>;
  const dtype = DTYPE_OF_NAME.get(String(dtypeName));
  if (!dtype) {
    throw new Error(
      `${where} has the element type ${JSON.stringify(dtypeName)}; known are ${[...DTYPE_OF_NAME.keys()].join(', ')}.`,
    );
  }
  if (!isCounts(shape)) {
    throw new Error(`${where} has no valid shape: ${JSON.stringify(shape)} was found.`);
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new Error(`${where} has no valid data_offsets: ${JSON.stringify(offsets)} was found.`);
  }
  const [from = 0, to = 0] = offsets;
  const expected = elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  if (to - from !== expected) {
    throw new Error(
      `${where} should take ${expected} bytes for its shape [${shape.join(', ')}] of ${dtype}, but its data_offsets span ${to - from}.`,
    );
  }
  if (dataStart + to > file.size) {
    throw new Error(
      `${where} ends at byte ${dataStart + to}, but the file has only ${file.size} bytes: it was cut off; download it again.`,
    );
  }
  return { dtype, shape, start: dataStart + from, end: dataStart + to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function checkOverlap(file: RangeReader, entries: ReadonlyMap<string, TensorEntry>): void {
  const sorted = [...entries]
    .filter(([, entry]) => entry.end > entry.start)
    .sort(([, a], [, b]) => a.start - b.start);
  sorted.slice(1).forEach(([name, entry], index) => {
    const [previousName, previous] = sorted[index] as [string, TensorEntry];
    if (entry.start < previous.end) {
      throw new Error(
        `The tensors ${previousName} and ${name} in ${file.name} overlap; the file is damaged.`,
      );
    }
  });
}

/** Reads one tensor into memory of its own. */
export async function readSafetensor(
  file: RangeReader,
  name: string,
  entry: TensorEntry,
): Promise<HostTensor> {
  const bytes = await file.read(entry.start, entry.end);
  if (bytes.byteLength !== entry.end - entry.start) {
    throw new Error(
      `The tensor ${name} in ${file.name} needs ${entry.end - entry.start} bytes, but only ${bytes.byteLength} could be read.`,
    );
  }
  return tensorFromBytes(entry.dtype, entry.shape, bytes);
}

/** A range reader over bytes in memory. */
export function bytesReader(name: string, bytes: Uint8Array): RangeReader {
  return {
    name,
    size: bytes.byteLength,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  };
}

/** All tensors of a safetensors file in memory. */
export async function readSafetensors(
  name: string,
  bytes: Uint8Array,
): Promise<Map<string, HostTensor>> {
  const file = bytesReader(name, bytes);
  const tensors = new Map<string, HostTensor>();
  for (const [tensorName, entry] of await readSafetensorsHeader(file)) {
    tensors.set(tensorName, await readSafetensor(file, tensorName, entry));
  }
  return tensors;
}

/** A whole safetensors file with the tensors in the order of the map. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = safetensorsHeader(tensors, metadata);
  const length = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const bytes = new Uint8Array(header.byteLength + length);
  bytes.set(header);
  let position = header.byteLength;
  for (const tensor of tensors.values()) {
    bytes.set(tensorBytes(tensor), position);
    position += tensor.data.byteLength;
  }
  return bytes;
}

/** What stands before the tensors' bytes, which follow in the order of the map without gaps. */
export function safetensorsHeader(
  tensors: ReadonlyMap<string, Pick<HostTensor, 'dtype' | 'shape'>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const nameOfDtype = new Map([...DTYPE_OF_NAME].map(([name, dtype]) => [dtype, name]));
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const [name, { dtype, shape }] of tensors) {
    const end = offset + elementCount(shape) * BYTES_PER_ELEMENT[dtype];
    header[name] = { dtype: nameOfDtype.get(dtype), shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Readers map the file into memory: the format asks for tensors that begin on multiples of 8.
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  return bytes;
}
