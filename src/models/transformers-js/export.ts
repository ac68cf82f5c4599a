/** A checkpoint as a folder that transformers.js loads as it is, weights streamed into data files. */
import { checkedGraph } from '../../onnx/check.ts';
import {
  graphDataBytes,
  inlineData,
  planDataFiles,
  writeExternal,
} from '../../onnx/external-data.ts';
import { type Graph, modelFromGraph } from '../../onnx/graph.ts';
import { encodeModel } from '../../onnx/proto.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { ConvertProgress } from '../convert.ts';
import { openModel, type OpenedModel } from '../families.ts';
import { type PartFormats, PLANS } from '../formats.ts';
import { type FileAppender, type ModelStore, requireRoom, writeFile } from '../model-store.ts';
import { transformersJsClass } from './classes.ts';
import { embedTokensGraph, mergedDecoderGraph } from './decoder.ts';
import { modelConfig, settingsFiles } from './settings.ts';

interface DtypeFiles {
  /** Behind the names of graphs: its `DEFAULT_DTYPE_SUFFIX_MAPPING`. */
  readonly suffix: string;
  readonly formats: PartFormats;
}

/** By transformers.js's own names of what a caller asks for. Activations are float32 in all of them. */
const DTYPES = {
  fp32: { suffix: '', formats: PLANS.fp32 },
  fp16: { suffix: '_fp16', formats: PLANS.fp16 },
  q8: { suffix: '_quantized', formats: PLANS.q8 },
  q4: { suffix: '_q4', formats: PLANS.q4 },
} satisfies Record<string, DtypeFiles>;

export type Dtype = keyof typeof DTYPES;
export const DTYPE_NAMES = Object.keys(DTYPES) as Dtype[];

/** Of a data file; a browser takes each as one ArrayBuffer. A larger tensor has a file of its own. */
const FILE_BYTES = 2 ** 30;

export interface ExportOptions {
  readonly checkpoint: Checkpoint;
  readonly dtype: Dtype;
  readonly store: ModelStore;
  readonly entry: string;
  /** Of a data file's weights; 1 GiB where left out. */
  readonly fileBytes?: number | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
  /** Ends the export with its reason; nothing of the entry is left then. */
  readonly signal?: AbortSignal | undefined;
}

type Produce = (sink: Pick<FileAppender, 'write'>) => Promise<void>;

/**
 * Writes an entry, in the place of one that has its name, and gives the bytes of its files by their
 * paths. Weights pass through in pieces, as in `convertModel`. config.json comes last: a folder without
 * it is unfinished. When anything fails, nothing of the entry is left.
 * @throws NotEnoughRoomError before anything is removed or written, StoreFullError while writing, and a
 *   sentence where transformers.js has no class for the family
 */
export async function exportForTransformersJs(
  options: ExportOptions,
): Promise<Map<string, number>> {
  const { checkpoint, store, entry } = options;
  const { suffix, formats } = DTYPES[options.dtype];
  const model = await openModel(checkpoint, formats);
  const graphs = await transformersJsGraphs(model);
  const totalBytes = [...graphs.values()].reduce((sum, graph) => sum + graphDataBytes(graph), 0);
  const settings = await settingsFiles(checkpoint, model);
  await requireRoom(store, entry, totalBytes);
  await store.remove(entry);
  const files = new Map<string, number>();
  const write = async (path: string, produce: Produce) => {
    files.set(path, (await writeFile(store, entry, path, produce)).bytes);
  };
  const writeText = (path: string, text: string) =>
    write(path, (sink) => sink.write(new TextEncoder().encode(text)));
  const count = counter(options, totalBytes);
  try {
    const dataFiles: Record<string, number> = {};
    for (const [name, graph] of graphs) {
      const file = `${name}${suffix}.onnx`;
      dataFiles[file] = await writeGraph(write, file, graph, options.fileBytes, count);
    }
    for (const [path, text] of settings) await writeText(path, text);
    // Its own default in browsers is an 8-bit file.
    const custom = { dtype: options.dtype, use_external_data_format: dataFiles };
    await writeText('config.json', await modelConfig(checkpoint, model, custom));
    return files;
  } catch (error) {
    await store.remove(entry).catch(() => {});
    throw error;
  }
}

/** All graphs by the names of its sessions, their weights not read yet. */
export async function transformersJsGraphs(model: OpenedModel): Promise<Map<string, Graph>> {
  const { encoder } = transformersJsClass(model.spec.family);
  const graphs = new Map([
    ['vision_encoder', await encoder(model)],
    ['embed_tokens', embedTokensGraph(model)],
    ['decoder_model_merged', await mergedDecoderGraph(model)],
  ]);
  for (const graph of graphs.values()) checkedGraph(graph);
  return graphs;
}

function counter({ signal, onProgress }: ExportOptions, totalBytes: number) {
  let bytes = 0;
  return (more: number) => {
    signal?.throwIfAborted();
    bytes += more;
    onProgress?.({ bytes, totalBytes });
  };
}

/** Writes a graph and its data, and gives the number of its data files. */
async function writeGraph(
  write: (path: string, produce: Produce) => Promise<void>,
  file: string,
  graph: Graph,
  fileBytes = FILE_BYTES,
  count: (bytes: number) => void,
): Promise<number> {
  const plan = planDataFiles(graph, fileBytes);
  let written = graph;
  for (const [at, names] of plan.entries()) {
    const location = `${file}_data${at === 0 ? '' : `_${at}`}`;
    await write(`onnx/${location}`, async (sink) => {
      const counted = async (bytes: Uint8Array) => {
        count(bytes.byteLength);
        await sink.write(bytes);
      };
      ({ graph: written } = await writeExternal(written, { write: counted }, { location, names }));
    });
  }
  const encoded = encodeModel(modelFromGraph(await inlineData(written)));
  await write(`onnx/${file}`, (sink) => sink.write(encoded));
  return plan.length;
}
