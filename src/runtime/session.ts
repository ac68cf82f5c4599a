import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { StoredFiles } from '../models/model-store.ts';
import type { Backend } from './backend.ts';
import { PiecewiseBlob } from './piecewise-blob.ts';

/** Errors only; warnings tell of shape arithmetic that runs on the CPU, which is where it belongs. */
const LOG_ERRORS = 3;

/** onnxruntime's setting for the folder of a graph that is given as bytes. */
const DATA_FOLDER = 'model_external_initializers_file_folder_path';

/** An onnxruntime session whose failures say what was being done. */
export class Session {
  private readonly session: InferenceSession;
  private readonly what: string;

  constructor(session: InferenceSession, what: string) {
    this.session = session;
    this.what = what;
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** Element type of an input; undefined where the graph has none of the name. */
  inputType(name: string): string | undefined {
    const found = this.session.inputMetadata.find((input) => input.name === name);
    return found?.isTensor ? found.type : undefined;
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /**
   * One run. `outputs` names what is wanted; a tensor given with a name is written to, null makes a new
   * one (`KvCache` says which providers do so). Inputs stay the caller's; outputs are the caller's, and
   * must be disposed where they lie on the GPU.
   */
  async run<Name extends string>(
    feeds: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<Name, Tensor | null>>,
  ): Promise<Record<Name, Tensor>> {
    try {
      return (await this.session.run(feeds, outputs)) as Record<Name, Tensor>;
    } catch (error) {
      throw new Error(`onnxruntime failed while running the ${this.what}: ${reason(error)}`, {
        cause: error,
      });
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** A serialised graph whose weights lie in other files. */
export interface GraphFiles {
  readonly files: StoredFiles;
  /** Path of the graph. */
  readonly model: string;
  /** Paths of its data files, which lie beside it. */
  readonly data: readonly string[];
  /** Applied to the graph's bytes before a session is made of them. */
  readonly edit?: ((graph: Uint8Array) => Uint8Array) | undefined;
}

/** A serialised graph, its weights inside, or one in files. */
export type GraphSource = Uint8Array | GraphFiles;

/**
 * A session for a serialised ONNX graph; `what` names it in errors (`vision encoder`, …). On a shared
 * device the outputs named in `onGpu` stay in GPU buffers, elsewhere all are in CPU memory.
 */
export async function createSession(
  backend: Backend,
  graph: GraphSource,
  what: string,
  onGpu: readonly string[],
): Promise<Session> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: backend.executionProviders,
    logSeverityLevel: LOG_ERRORS,
  };
  if (backend.device)
    options.preferredOutputLocation = Object.fromEntries(onGpu.map((name) => [name, 'gpu-buffer']));
  try {
    return new Session(await openGraph(backend, graph, options), what);
  } catch (error) {
    throw new Error(
      `onnxruntime (${backend.build}) could not make a session for the ${what}: ${reason(error)}`,
      { cause: error },
    );
  }
}

async function openGraph(
  backend: Backend,
  graph: GraphSource,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { InferenceSession } = backend.ort;
  if (graph instanceof Uint8Array) return InferenceSession.create(graph, options);
  const { files, model, data, edit = (bytes) => bytes } = graph;
  const bytes = edit(await files.read(model));
  // onnxruntime-node maps the data files, and is told where they lie, for bytes lie nowhere.
  if (backend.build === 'node' && files.absolutePath) {
    const extra = { session: { [DATA_FOLDER]: files.absolutePath('.') } };
    return InferenceSession.create(bytes, { ...options, extra });
  }
  const externalData = await Promise.all(
    data.map(async (path) => ({ path, data: await externalFile(backend, files, path) })),
  );
  return InferenceSession.create(bytes, { ...options, externalData });
}

/** Only the JSPI build reads a Blob piece by piece; the others need its bytes. */
async function externalFile(
  { build }: Backend,
  files: StoredFiles,
  path: string,
): Promise<Blob | Uint8Array> {
  return build === 'jspi' && files.blob
    ? new PiecewiseBlob(await files.blob(path))
    : files.read(path);
}

/** Something that holds sessions. */
export interface Releasable {
  release(): Promise<void>;
}

/** Releases what was opened before a later step failed, whose error is the one to be told. */
export async function releaseAfterFailure(opened: readonly Releasable[]): Promise<void> {
  // One after another: an onnxruntime build serves one call at a time.
  for (const one of opened) await one.release().catch(() => {});
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
