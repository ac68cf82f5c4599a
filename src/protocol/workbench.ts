/**
 * The one interface between the page and the worker. Everything that crosses is plain data; pixels
 * are transferred, tensors never cross. The page calls methods and listens to events; a method that
 * fails rejects with an `Error` whose message is a whole sentence.
 */
import type { RunManifest } from '../results/manifest.ts';
import type { ProbeRecord, Scheme } from '../results/records.ts';
import type { RgbImage } from '../tensor/image.ts';

export type WantedProvider = 'webgpu' | 'wasm';

export interface LoadRequest {
  readonly model: string;
  /** URL of the model's folder; its files are read with `fetch`. */
  readonly modelUrl: string;
  /** URL of the data set's folder. */
  readonly datasetUrl: string;
  /** The provider to try; where WebGPU cannot be had, WASM takes over and a notice says why. */
  readonly provider: WantedProvider;
  /** Uses the asyncify build even where JSPI is there. */
  readonly withoutJspi?: boolean;
  /** Allows `loseDevice`, for tests. */
  readonly mayLoseDevice?: boolean;
}

/** Progress of a download: bytes, bytes a second and milliseconds; undefined where not yet known. */
export interface LoadProgress {
  readonly step: string;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly millisecondsLeft: number | undefined;
}

/** What the page shows of a loaded model. */
export interface ModelDescription {
  readonly model: string;
  readonly revision: string;
  readonly weightHash: string;
  readonly dtype: string;
  readonly provider: string;
  /** The onnxruntime build that runs it: `jspi`, `asyncify` or `wasm`. */
  readonly build: string;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

/** A Yes/No question about one picture under several balance strengths. */
export interface AskRequest {
  readonly image: RgbImage;
  readonly caption: string;
  readonly strengths: readonly number[];
}

export interface LiveAnswer {
  readonly strength: number;
  readonly output: string;
  readonly margin: number;
  readonly decoded: boolean;
}

export interface AskReply {
  /** In the order of the request's strengths. */
  readonly answers: readonly LiveAnswer[];
  /** True where the picture went through the vision encoder for this request. */
  readonly encoded: boolean;
  readonly milliseconds: number;
  /** The exact text the model saw. */
  readonly prompt: string;
}

/** A free question, answered by greedy generation. */
export interface NameRequest {
  readonly image: RgbImage;
  readonly question: string;
  readonly strengths: readonly number[];
}

/** What `positions` is asked about: the probe prompt with a caption, about a composited picture. */
export interface PositionsRequest {
  readonly image: RgbImage;
  readonly caption: string;
  readonly strength: number;
}

/** The position ids of the probe prompt; `kinds` 0 is text, k ≥ 1 the k-th picture. */
export interface PositionStrip {
  readonly strength: number;
  readonly kinds: Uint32Array;
  /** One id a token (of the first axis). */
  readonly positions: Float32Array;
  readonly tokens: readonly string[];
}

/** A person's own picture with its caption. */
export interface OwnPicture {
  readonly id: string;
  readonly caption: string;
  readonly image: RgbImage;
}

export interface ProbeRequest {
  /** The data set that was loaded with the model, or the person's own pictures. */
  readonly dataset:
    'embedded' | { readonly name: string; readonly pictures: readonly OwnPicture[] };
  readonly groups: number;
  readonly seed: number;
  readonly schemes: readonly Scheme[];
  /** Pictures encoded and answered together; one where absent, so that maps fill cell by cell. */
  readonly picturesPerBatch?: number | undefined;
  /** A run that was interrupted, to go on with: what it was and the records that it has. */
  readonly resume?: {
    readonly manifest: RunManifest;
    readonly records: readonly ProbeRecord[];
  };
}

export interface ProbeProgress {
  readonly done: number;
  readonly total: number;
  /** Null before the first batch. */
  readonly millisecondsLeft: number | null;
}

/** How a run ended. A failed run keeps its records; the reason is the rejection of `startProbe`. */
export interface ProbeOutcome {
  readonly state: 'finished' | 'cancelled';
  readonly manifest: RunManifest;
}

export type WorkbenchEvent =
  | { readonly type: 'load-progress'; readonly progress: LoadProgress }
  /** Something a person should know that stops nothing (WASM instead of WebGPU, a new device …). */
  | { readonly type: 'notice'; readonly message: string }
  /** The engine was opened again, possibly on other hardware. */
  | { readonly type: 'model'; readonly description: ModelDescription }
  /** The engine could not be opened again: nothing answers until the model is loaded anew. */
  | { readonly type: 'model-failed'; readonly message: string }
  | { readonly type: 'probe-progress'; readonly progress: ProbeProgress }
  | { readonly type: 'probe-records'; readonly records: readonly ProbeRecord[] }
  | { readonly type: 'probe-manifest'; readonly manifest: RunManifest };

export interface WorkbenchService {
  load(request: LoadRequest): Promise<ModelDescription>;
  /** Stops the download in flight; `load` then rejects with a sentence that says so. */
  cancelLoad(): Promise<void>;
  ask(request: AskRequest): Promise<AskReply>;
  name(request: NameRequest): Promise<AskReply>;
  positions(request: PositionsRequest): Promise<PositionStrip>;
  /** Resolves when the run ends; records and progress arrive as events. One run at a time. */
  startProbe(request: ProbeRequest): Promise<ProbeOutcome>;
  /** Resolves when the run stands still (the picture in the works is finished first) or has ended. */
  pauseProbe(): Promise<void>;
  resumeProbe(): Promise<void>;
  cancelProbe(): Promise<void>;
  /** Destroys the GPU device, as a driver crash would; for tests, refused unless the page allows it. */
  loseDevice(): Promise<void>;
}
