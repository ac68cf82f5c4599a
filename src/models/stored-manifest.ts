/** The manifest of a converted model: written last, so that an entry without one is unfinished. */
import { Fields, type JsonObject } from './fields.ts';
import type { PartFormats } from './formats.ts';

/** The manifest's file in an entry. */
export const MANIFEST = 'bapa-model.json';

/** Raised when entries that were written before can no longer be read. */
export const STORE_FORMAT = 1;

/** What a model was converted from. */
export interface StoredSource {
  /** `owner/name` of a hub repository, or a folder's name. */
  readonly repository: string;
  /** A commit, or `local`. */
  readonly revision: string;
  /** `Checkpoint.identity()`: by it a caller sees whether the entry is of the weights at hand. */
  readonly identity: string;
}

/** One ONNX graph of an entry. */
export interface StoredGraph {
  /** Path of the graph, which names its data files by their paths in the entry. */
  readonly model: string;
  /**
   * Path of the same graph where it computes in float16, over the same data. Left out in entries that
   * were written before there were such graphs.
   */
  readonly float16?: string;
  /** Paths of its external data, each below 4 GiB; none where all weights lie in the graph. */
  readonly data: readonly string[];
}

export interface StoredFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface StoredManifest {
  readonly format: typeof STORE_FORMAT;
  readonly source: StoredSource;
  /** `model_type` of the checkpoint's config. */
  readonly family: string;
  readonly formats: PartFormats;
  /** Every other file of the entry by its path: graphs, data, and the checkpoint's own JSON files. */
  readonly files: Readonly<Record<string, StoredFile>>;
  readonly graphs: {
    readonly vision: StoredGraph;
    readonly embed: StoredGraph;
    /** In the order in which hidden states pass through them. */
    readonly decoder: readonly StoredGraph[];
  };
}

/** Whether a model can compute in float16. */
export function hasFloat16({ graphs }: Pick<StoredManifest, 'graphs'>): boolean {
  const all = [graphs.vision, graphs.embed, ...graphs.decoder];
  return all.every(({ float16 }) => float16 !== undefined);
}

/** Bytes of all files that a manifest lists. */
export function storedBytes({ files }: Pick<StoredManifest, 'files'>): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** @throws a sentence where the text is no manifest of this format, or was cut off. */
export function parseManifest(text: string): StoredManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${MANIFEST} is not valid JSON: it was cut off or changed.`, { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error(`${MANIFEST} should hold a JSON object, but it does not.`);
  const fields = new Fields(MANIFEST, json as JsonObject);
  if (fields.json['format'] !== STORE_FORMAT)
    throw fields.error('format', `${STORE_FORMAT}, the one that this version reads`);
  requireText(fields.section('source'), ['repository', 'revision', 'identity']);
  requireText(fields, ['family']);
  requireText(fields.section('formats'), ['vision', 'embedding', 'decoder', 'head']);
  const files = fields.section('files');
  for (const path of Object.keys(files.json)) {
    files.section(path).integer('bytes');
    requireText(files.section(path), ['sha256']);
  }
  requireGraphs(fields.section('graphs'), files);
  return json as StoredManifest;
}

function requireText(fields: Fields, names: readonly string[]): void {
  for (const name of names)
    if (typeof fields.json[name] !== 'string') throw fields.error(name, 'a text');
}

function requireGraphs(graphs: Fields, files: Fields): void {
  const decoder = graphs.json['decoder'];
  if (!Array.isArray(decoder) || decoder.length === 0) throw graphs.error('decoder', 'a list');
  const all = [graphs.json['vision'], graphs.json['embed'], ...(decoder as unknown[])];
  for (const graph of all) {
    const { model, float16, data } = (graph ?? {}) as Record<string, unknown>;
    const paths = [model, ...(Array.isArray(data) ? (data as unknown[]) : [undefined])];
    if (float16 !== undefined) paths.push(float16);
    const listed = (path: unknown) => typeof path === 'string' && Object.hasOwn(files.json, path);
    if (!paths.every(listed))
      throw new Error(
        `${MANIFEST}: the graph ${JSON.stringify(graph)} should name a model and data files that are listed under files.`,
      );
  }
}
