/** A checkpoint's weights into graphs in the wanted formats, as an entry of a store. */
import { checkedGraph } from '../onnx/check.ts';
import { graphDataBytes, withDataOf, writeExternal } from '../onnx/external-data.ts';
import { type Graph, modelFromGraph } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/proto.ts';
import { type Checkpoint, SETTINGS } from './checkpoint.ts';
import { buildDecoderGraph } from './decoder.ts';
import { splitDecoder } from './decoder-parts.ts';
import { buildEmbedGraph } from './embed.ts';
import { buildVisionGraph, type OpenedModel, openModel } from './families.ts';
import { describeFormats, type PartFormats } from './formats.ts';
import { type EntryWriter, type ModelStore, requireRoom, writeEntry } from './model-store.ts';
import {
  STORE_FORMAT,
  type StoredGraph,
  type StoredManifest,
  type StoredSource,
} from './stored-manifest.ts';
import { rememberedReads, type Weights } from './weights.ts';

/**
 * Weights of a decoder part: a quarter of what a data file may have in wasm32, so that a build that
 * takes them as one ArrayBuffer needs no more than this at a time.
 */
export const PART_BYTES = 2 ** 30;

/** onnxruntime's wasm builds address files with 32 bits. */
const LARGEST_DATA_FILE = 2 ** 32 - 1;

export interface ConvertProgress {
  /** Bytes of weights written, of `totalBytes`. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ConvertOptions {
  readonly checkpoint: Checkpoint;
  /** Who the weights are, without their identity. */
  readonly source: Pick<StoredSource, 'repository' | 'revision'>;
  readonly formats: PartFormats;
  readonly store: ModelStore;
  readonly entry: string;
  /** Of a decoder part's weights; 1 GiB where left out. */
  readonly partBytes?: number | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
  /** Ends the conversion with its reason; nothing of the entry is left then, unless it is resumable. */
  readonly signal?: AbortSignal | undefined;
  /** Keeps finished graphs when it ends before its time, and takes over what an earlier one kept. */
  readonly resumable?: boolean | undefined;
}

/** A graph that is to be written, and the same where it computes in float16. */
interface BuiltGraph {
  readonly graph: Graph;
  readonly float16: Graph;
}

/**
 * Converts a checkpoint into an entry, in the place of one that has its name. Weights pass through in
 * pieces: memory is bounded by the largest matrix's scales, or for floats by a strip of a matrix.
 * @throws NotEnoughRoomError before anything is removed or written, StoreFullError while writing
 */
export async function convertModel(options: ConvertOptions): Promise<StoredManifest> {
  const { checkpoint, source, formats, store, entry, signal, onProgress } = options;
  const model = await openModel(checkpoint, formats);
  const graphs = await buildGraphs(model, options.partBytes ?? PART_BYTES);
  const totalBytes = [...graphs.values()].reduce(
    (sum, { graph }) => sum + graphDataBytes(graph),
    0,
  );
  await requireRoom(store, entry, totalBytes);
  const identity = await checkpoint.identity();
  let bytes = 0;
  const count = (more: number) => {
    signal?.throwIfAborted();
    bytes += more;
    onProgress?.({ bytes, totalBytes });
  };
  const plan = [identity, describeFormats(formats), options.partBytes ?? PART_BYTES];
  const resumeKey = options.resumable ? plan.join(' ') : undefined;
  const fill = async (writer: EntryWriter) => {
    const written = new Map<string, StoredGraph>();
    for (const [name, graph] of graphs)
      written.set(name, await writeGraph(writer, name, graph, count));
    await copySettings(writer, checkpoint);
    const { vision, embed, ...decoder } = Object.fromEntries(written);
    return {
      format: STORE_FORMAT,
      source: { ...source, identity },
      family: model.spec.family,
      formats,
      graphs: { vision: vision!, embed: embed!, decoder: Object.values(decoder) },
    } as const;
  };
  return writeEntry(store, entry, fill, resumeKey);
}

/** All graphs by the names of their files, their weights not read yet. */
async function buildGraphs(
  { config, weights }: OpenedModel,
  partBytes: number,
): Promise<Map<string, BuiltGraph>> {
  const once = rememberedReads(weights);
  const halves: Weights = { ...once, compute: 'float16' };
  const both = async (
    build: (weights: Weights) => Graph | Promise<Graph>,
  ): Promise<BuiltGraph> => ({
    graph: checkedGraph(await build(once)),
    float16: checkedGraph(await build(halves)),
  });
  const graphs = new Map<string, BuiltGraph>();
  graphs.set('vision', await both((from) => buildVisionGraph(config, from)));
  graphs.set('embed', await both((from) => buildEmbedGraph(config.decoder, from)));
  const parts = await splitDecoder(config.decoder, once, partBytes);
  for (const [at, part] of parts.entries())
    graphs.set(
      `decoder-${at}`,
      await both((from) => buildDecoderGraph(config.decoder, from, part)),
    );
  for (const [name, { graph }] of graphs) {
    const bytes = graphDataBytes(graph);
    if (bytes > LARGEST_DATA_FILE)
      throw new Error(
        `The weights of the graph ${name} take ${bytes} bytes in this format, but a data file may have at most ${LARGEST_DATA_FILE}; choose a smaller format for it.`,
      );
  }
  return graphs;
}

async function writeGraph(
  writer: EntryWriter,
  name: string,
  { graph, float16 }: BuiltGraph,
  count: (bytes: number) => void,
): Promise<StoredGraph> {
  const location = `${name}.data`;
  const model = `${name}.onnx`;
  const half = `${name}.float16.onnx`;
  const stored: StoredGraph = { model, float16: half, data: [location] };
  if (writer.keep([location, model, half])) {
    count(graphDataBytes(graph));
    return stored;
  }
  let written = graph;
  await writer.file(location, async (sink) => {
    const counted = async (bytes: Uint8Array) => {
      count(bytes.byteLength);
      await sink.write(bytes);
    };
    ({ graph: written } = await writeExternal(graph, { write: counted }, { location }));
  });
  await writeModel(writer, model, written);
  await writeModel(writer, half, withDataOf(float16, written));
  return stored;
}

async function writeModel(writer: EntryWriter, path: string, graph: Graph): Promise<void> {
  const encoded = encodeModel(modelFromGraph(graph));
  await writer.file(path, (sink) => sink.write(encoded));
}

/** What spec, tokenizer and template are read from when the entry is opened. */
async function copySettings(writer: EntryWriter, checkpoint: Checkpoint): Promise<void> {
  for (const file of SETTINGS) {
    if (!(await checkpoint.has(file))) continue;
    const bytes = new TextEncoder().encode(await checkpoint.readText(file));
    await writer.file(file, (sink) => sink.write(bytes));
  }
}
