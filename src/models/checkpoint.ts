/** A Hugging Face model folder: JSON files and safetensors, read by name and byte range. */
import { lazySafetensor, type LazyTensor } from '../tensor/lazy.ts';
import {
  type RangeReader,
  readSafetensor,
  readSafetensorsHeader,
  type TensorEntry,
} from '../tensor/safetensors.ts';
import { sha256 } from '../tensor/sha256.ts';
import type { DType, HostTensor } from '../tensor/tensor.ts';
import { MANIFEST } from './stored-manifest.ts';

/** Where a folder's files come from: a server, a disk, files dropped into the page. */
export interface FileSource {
  /** Bytes of a file; undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** The bytes `start` up to `end` (exclusive); the whole file where they are left out. */
  read(path: string, start?: number, end?: number): Promise<Uint8Array>;
  /** The same bytes piece by piece, where the source has a better way than one `read` after another. */
  stream?(path: string, start: number, end: number): AsyncIterable<Uint8Array>;
  /** The file's SHA-256, hexadecimal, where it is known without reading the file. */
  sha256?(path: string): Promise<string | undefined>;
}

export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** The folder's JSON and template files. */
export interface CheckpointSettings {
  has(file: string): Promise<boolean>;
  readText(file: string): Promise<string>;
  /** Parses a JSON object. Throws a sentence where the file is missing or no JSON object. */
  readJson(file: string): Promise<Record<string, unknown>>;
  /** SHA-256 over the files that decide what the weights are used for. */
  settingsHash(): Promise<string>;
}

export interface Checkpoint extends CheckpointSettings {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor into memory of its own. */
  readTensor(name: string): Promise<HostTensor>;
  /** One tensor, read in pieces when it is wanted. @throws where there is none. */
  lazyTensor(name: string): LazyTensor;
  /** SHA-256 of the weight file, hexadecimal; of several files: of their hashes, in order of names. */
  weightHash(): Promise<string>;
  /**
   * SHA-256 over what tells weights apart without reading them all: the settings, and of every weight
   * file its name, size and header, of files up to 64 MiB all bytes. Larger ones that were trained on
   * keep it, so a revision has to go with it.
   */
  identity(): Promise<string>;
}

/** Weight files up to this many bytes are hashed whole for a checkpoint's identity. */
const WHOLLY_HASHED = 64 * 2 ** 20;

/** What answers depend on besides the weights. */
export const SETTINGS: readonly string[] = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'chat_template.json',
  'preprocessor_config.json',
  'processor_config.json',
];

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

interface Located {
  readonly file: RangeReader;
  readonly entry: TensorEntry;
}

/** Opens a folder: reads the headers of its weight files, not the weights. */
export async function openCheckpoint(source: FileSource): Promise<Checkpoint> {
  const weightFiles = await listWeightFiles(source);
  const located = new Map<string, Located>();
  for (const path of weightFiles) {
    const file = await rangeReader(source, path);
    for (const [name, entry] of await readSafetensorsHeader(file)) {
      located.set(name, { file, entry });
    }
  }
  let identity: Promise<string> | undefined;
  const locate = (name: string): Located => {
    const found = located.get(name);
    if (!found) throw new Error(`The model folder has no tensor named ${name}.`);
    return found;
  };
  return {
    ...openSettings(source),
    tensors: new Map([...located].map(([name, { entry }]) => [name, entry])),
    readTensor: async (name) => {
      const { file, entry } = locate(name);
      return readSafetensor(file, name, entry);
    },
    lazyTensor: (name) => {
      const { file, entry } = locate(name);
      return lazySafetensor(file, entry);
    },
    weightHash: () => hashFiles(source, weightFiles),
    identity: () => (identity ??= identityOf(source, weightFiles)),
  };
}

/** The settings of a folder that need not hold weights. */
export function openSettings(source: FileSource): CheckpointSettings {
  return {
    has: async (file) => (await source.size(file)) !== undefined,
    readText: (file) => readText(source, file),
    readJson: (file) => readJsonObject(source, file),
    settingsHash: () => hashSettings(source),
  };
}

async function listWeightFiles(source: FileSource): Promise<string[]> {
  if ((await source.size(SINGLE)) !== undefined) return [SINGLE];
  if ((await source.size(INDEX)) === undefined) {
    if ((await source.size(MANIFEST)) !== undefined)
      throw new Error(
        `The folder holds a converted model, whose weights are rounded; name the ${SINGLE} or ${INDEX} folder that it was made from.`,
      );
    throw new Error(
      `The model folder has neither ${SINGLE} nor ${INDEX}; a Hugging Face folder with safetensors weights is needed.`,
    );
  }
  const { weight_map: map } = await readJsonObject(source, INDEX);
  if (typeof map !== 'object' || map === null) {
    throw new Error(`${INDEX} holds no weight_map, which should name the file of each tensor.`);
  }
  return [...new Set(Object.values(map).map(String))].sort();
}

async function rangeReader(source: FileSource, path: string): Promise<RangeReader> {
  return {
    name: path,
    size: await requiredSize(source, path),
    read: (start, end) => source.read(path, start, end),
    stream: source.stream && ((start, end) => source.stream!(path, start, end)),
  };
}

async function requiredSize(source: FileSource, path: string): Promise<number> {
  const size = await source.size(path);
  if (size === undefined) {
    throw new Error(`The model folder lacks the file ${path}; add it or download it again.`);
  }
  return size;
}

async function readText(source: FileSource, file: string): Promise<string> {
  await requiredSize(source, file);
  return new TextDecoder().decode(await source.read(file));
}

async function readJsonObject(source: FileSource, file: string): Promise<Record<string, unknown>> {
  const text = await readText(source, file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} of the model folder is not valid JSON; download it again.`, {
      cause: error,
    });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${file} of the model folder should hold a JSON object, but it does not.`);
  }
  return json as Record<string, unknown>;
}

async function hashFiles(source: FileSource, paths: readonly string[]): Promise<string> {
  const hashes: string[] = [];
  for (const path of paths) {
    hashes.push((await source.sha256?.(path)) ?? (await sha256(await source.read(path))));
  }
  if (hashes.length === 1) return hashes[0] as string;
  return sha256(new TextEncoder().encode(hashes.join('\n')));
}

async function identityOf(source: FileSource, paths: readonly string[]): Promise<string> {
  const lines = [await hashSettings(source)];
  for (const path of paths) {
    const size = await requiredSize(source, path);
    const prefix = await source.read(path, 0, 8);
    const header = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
    const hashed = await source.read(path, 0, size <= WHOLLY_HASHED ? size : 8 + header);
    lines.push(`${path} ${size} ${await sha256(hashed)}`);
  }
  return sha256(new TextEncoder().encode(lines.join('\n')));
}

async function hashSettings(source: FileSource): Promise<string> {
  const lines: string[] = [];
  for (const path of SETTINGS) {
    if ((await source.size(path)) === undefined) continue;
    lines.push(`${path} ${await sha256(await source.read(path))}`);
  }
  return sha256(new TextEncoder().encode(lines.join('\n')));
}
