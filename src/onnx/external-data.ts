/**
 * Weights beside the model: ONNX's external data. A model's own protobuf ends at 2 GiB, and reading
 * it takes its bytes in memory at once; external data has neither limit.
 */
import { byteCount, checkedChunks, readLazyTensor } from '../tensor/lazy.ts';
import { type Graph, type Initializer, tensorToProto } from './graph.ts';

/** Where a data file goes. `write` is called with the file's bytes in their order. */
export interface DataSink {
  /** May not keep `bytes` once its promise is settled: they are used again. */
  write(bytes: Uint8Array): Promise<void>;
}

export interface ExternalDataOptions {
  /** The file's name beside the model, as the model says it. */
  readonly location: string;
  /** Smaller initialisers stay in the model: shape inference reads the shapes among them. */
  readonly smallestBytes?: number;
  /** These alone, one file's part of `planDataFiles`; all others stay as they are. */
  readonly names?: ReadonlySet<string> | undefined;
}

export interface ExternalData {
  /** The graph with its large initialisers in the data file, and the others in itself. */
  readonly graph: Graph;
  /** Bytes of the data file; 0 where no initialiser was large enough. */
  readonly byteLength: number;
}

/** Smaller initialisers stay in the model, where nothing else is said. */
const SMALLEST_BYTES = 1024;

/** Where ONNX advises large tensors to begin, so that a file can be mapped into memory. */
const PAGE = 4096;
/** Where small ones begin: a cache line, which suits every element type. */
const LINE = 64;
const ZEROS = new Uint8Array(PAGE);

/**
 * Writes the graph's large initialisers into one data file, in the order of the graph, each read
 * once and piece by piece. Small lazy ones are read into the graph. Initialisers that lie in another
 * file already stay there. Nothing is undone when the sink or a tensor fails: the caller removes the
 * unfinished file.
 */
export async function writeExternal(
  graph: Graph,
  sink: DataSink,
  { location, smallestBytes = SMALLEST_BYTES, names }: ExternalDataOptions,
): Promise<ExternalData> {
  const initializers = new Map<string, Initializer>();
  let position = 0;
  for (const [name, initializer] of graph.initializers) {
    if (names && !names.has(name)) {
      initializers.set(name, initializer);
      continue;
    }
    const length = dataLength(initializer);
    if (length === undefined || length < smallestBytes) {
      initializers.set(name, await inlined(name, initializer));
      continue;
    }
    const offset = startAfter(position, length);
    if (offset > position) await sink.write(ZEROS.subarray(0, offset - position));
    for await (const chunk of dataChunks(name, initializer)) await sink.write(chunk);
    position = offset + length;
    initializers.set(name, {
      ...initializer,
      lazy: undefined,
      rawData: undefined,
      dataLocation: 1,
      externalData: Object.entries({ location, offset, length }).map(([key, value]) => ({
        key,
        value: String(value),
      })),
    });
  }
  return { graph: { ...graph, initializers }, byteLength: position };
}

/**
 * `graph` with its initialisers as they lie in `written`, so that two graphs share one data file. Small
 * ones that `written` has not stay in the graph. Throws a sentence where a lazy one is not in `written`,
 * or is another tensor there.
 */
export function withDataOf(graph: Graph, written: Graph): Graph {
  const initializers = new Map<string, Initializer>();
  for (const [name, own] of graph.initializers) {
    const found = written.initializers.get(name);
    const alike = found && found.dataType === own.dataType && found.dims.join() === own.dims.join();
    if (!alike && (own.lazy || found))
      throw new Error(
        `The initialiser ${name} of the graph ${graph.name} should lie in the data of ${written.name} with the same type and shape, but it does not.`,
      );
    initializers.set(name, found ?? own);
  }
  return { ...graph, initializers };
}

/**
 * Shares a graph's large initialisers out to data files of at most `fileBytes`, in their order; one that
 * is larger has a file of its own. Each file is then written by a `writeExternal` with its names.
 */
export function planDataFiles(
  graph: Graph,
  fileBytes: number,
  smallestBytes = SMALLEST_BYTES,
): Set<string>[] {
  const files: Set<string>[] = [];
  let filled = 0;
  for (const [name, initializer] of graph.initializers) {
    const length = dataLength(initializer) ?? 0;
    if (length < smallestBytes) continue;
    const end = startAfter(filled, length) + length;
    if (files.length === 0 || end > fileBytes) files.push(new Set());
    files.at(-1)!.add(name);
    filled = files.at(-1)!.size === 1 ? length : end;
  }
  return files;
}

/** Bytes of all initialisers that do not lie in another file already, without gaps between them. */
export function graphDataBytes({ initializers }: Graph): number {
  return [...initializers.values()].reduce((sum, one) => sum + (dataLength(one) ?? 0), 0);
}

/** The graph with all lazy initialisers read into it, for models that are small. */
export async function inlineData(graph: Graph): Promise<Graph> {
  const initializers = new Map<string, Initializer>();
  for (const [name, initializer] of graph.initializers) {
    initializers.set(name, await inlined(name, initializer));
  }
  return { ...graph, initializers };
}

/** Where a tensor of `length` bytes begins in a file of `position` bytes. */
function startAfter(position: number, length: number): number {
  const step = length >= PAGE ? PAGE : LINE;
  return Math.ceil(position / step) * step;
}

/** Bytes that an initialiser would take in a data file; undefined where its bytes are not at hand. */
function dataLength({ lazy, rawData }: Initializer): number | undefined {
  return lazy ? byteCount(lazy) : rawData?.byteLength;
}

async function* dataChunks(name: string, initializer: Initializer): AsyncIterable<Uint8Array> {
  if (initializer.lazy) yield* checkedChunks(initializer.lazy, name);
  else if (initializer.rawData) yield initializer.rawData;
}

async function inlined(name: string, initializer: Initializer): Promise<Initializer> {
  if (!initializer.lazy) return initializer;
  return tensorToProto(name, await readLazyTensor(initializer.lazy, name));
}
