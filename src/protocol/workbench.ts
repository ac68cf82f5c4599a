/**
 * The one interface between the page and the worker. Everything that crosses is plain data; pixels
 * are transferred, tensors never cross. The page calls methods and listens to events; a method that
 * fails rejects with an `Error` whose message is a whole sentence.
 */
import type { RunManifest } from '../results/manifest.ts';
import type { ProbeRecord, Scheme } from '../results/records.ts';
import type { RunProgress } from '../results/run-progress.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { MachineLimits } from './catalogue.ts';
import type {
  DiagnosisKind,
  DiagnosisOutcome,
  DiagnosisSamples,
  RequestOf,
  SampleOf,
} from './diagnosis.ts';
import type { PictureSet } from './picture-set.ts';

export type WantedProvider = 'webgpu' | 'wasm';

/** `auto`: half floats where the adapter has them and the weights are stored narrower than float32. */
export type WantedCompute = 'auto' | 'float32' | 'float16';

/** A folder that a person picked: by the directory picker, or its files by a file field. */
export type PickedFolder = FileSystemDirectoryHandle | readonly File[];

/** Where a model's files come from. Those of a hub or a folder are converted and kept first. */
export type ModelPlace =
  | { readonly kind: 'page'; /** URL of the model's folder. */ readonly url: string }
  | {
      readonly kind: 'hub';
      /** Origin of the hub. */
      readonly hub: string;
      readonly repository: string;
      readonly revision: string;
      /** The person's own; it stays in memory and goes to the hub alone. */
      readonly token?: string | undefined;
      /** How matrices are stored, like `q4`. */
      readonly format: string;
    }
  | {
      readonly kind: 'folder';
      readonly name: string;
      readonly folder: PickedFolder;
      readonly format: string;
    }
  /** Converted before, under the name of its entry. */
  | { readonly kind: 'stored'; readonly entry: string };

export interface LoadRequest {
  /** How records and manifests name the model. */
  readonly model: string;
  readonly place: ModelPlace;
  /** URL of the data set's folder. */
  readonly datasetUrl: string;
  /** The provider to try; where WebGPU cannot be had, WASM takes over and a notice says why. */
  readonly provider: WantedProvider;
  /** In what type to compute; where float16 cannot be had, float32 takes over and a notice says why. */
  readonly compute?: WantedCompute;
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
  /** Where `bytes` counts what is converted: what came over the network for it. */
  readonly downloaded?: number | undefined;
}

/** A converted model that the browser keeps. */
export interface KeptModel {
  readonly entry: string;
  readonly repository: string;
  readonly revision: string;
  readonly format: string;
  readonly bytes: number;
  /** Why it cannot be loaded, as a sentence. */
  readonly problem: string | undefined;
}

/** What a model has to fit into, and what is kept already. */
export interface Machine {
  readonly limits: MachineLimits;
  readonly kept: readonly KeptModel[];
  /** Bytes that can still be kept; undefined where the browser does not tell. */
  readonly freeBytes: number | undefined;
  /** Why nothing can be kept, as a sentence. */
  readonly storageProblem: string | undefined;
}

/** What the page shows of a loaded model. */
export interface ModelDescription {
  readonly model: string;
  readonly revision: string;
  readonly weightHash: string;
  /** How the weights are stored. */
  readonly dtype: string;
  /** In what type the model computes. */
  readonly compute: string;
  /** Layers of the decoder. */
  readonly layers: number;
  readonly provider: string;
  /** The onnxruntime build that runs it: `jspi`, `asyncify` or `wasm`. */
  readonly build: string;
  /** Addresses of the files of that build, to be kept for use without a network. */
  readonly buildFiles: readonly string[];
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

export interface ProbeRequest {
  readonly dataset: PictureSet;
  readonly groups: number;
  readonly seed: number;
  readonly schemes: readonly Scheme[];
  /** Pictures encoded and answered together; one where absent, so that maps fill cell by cell. */
  readonly picturesPerBatch?: number | undefined;
  /** A run that was interrupted, to go on with. */
  readonly resume?: ResumedRun<ProbeRecord>;
}

/** What a run that goes on was, and the records that it has. */
export interface ResumedRun<R> {
  readonly manifest: RunManifest;
  readonly records: readonly R[];
  /** Its name in the browser's store of runs, where it is kept. */
  readonly kept?: string | undefined;
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
  /** A run is kept in the browser's store under this name, from here on or again as a whole. */
  | { readonly type: 'run-kept'; readonly experiment: string; readonly id: string }
  /** Records of the run are in the tab alone, and why; it goes on. */
  | { readonly type: 'run-not-kept'; readonly message: string }
  /** The engine was opened again, possibly on other hardware. */
  | { readonly type: 'model'; readonly description: ModelDescription }
  /** The engine could not be opened again: nothing answers until the model is loaded anew. */
  | { readonly type: 'model-failed'; readonly message: string }
  | { readonly type: 'probe-progress'; readonly progress: RunProgress }
  | { readonly type: 'probe-records'; readonly records: readonly ProbeRecord[] }
  | { readonly type: 'probe-manifest'; readonly manifest: RunManifest }
  | { readonly type: 'diagnosis-progress'; readonly progress: RunProgress }
  | { readonly type: 'diagnosis-samples'; readonly found: DiagnosisSamples }
  | { readonly type: 'diagnosis-manifest'; readonly manifest: RunManifest };

export interface WorkbenchService {
  load(request: LoadRequest): Promise<ModelDescription>;
  /** Stops the download in flight; `load` then rejects with a sentence that says so. */
  cancelLoad(): Promise<void>;
  /** What a model would have to fit into on this provider. */
  machine(provider: WantedProvider): Promise<Machine>;
  /** Removes a converted model. Rejects where it is the one that runs. */
  removeKept(entry: string): Promise<void>;
  ask(request: AskRequest): Promise<AskReply>;
  name(request: NameRequest): Promise<AskReply>;
  positions(request: PositionsRequest): Promise<PositionStrip>;
  /**
   * Resolves when the run ends; records and progress arrive as events. One run at a time, diagnoses
   * included.
   */
  startProbe(request: ProbeRequest): Promise<ProbeOutcome>;
  /** Resolves when the run stands still (the picture in the works is finished first) or has ended. */
  pauseProbe(): Promise<void>;
  resumeProbe(): Promise<void>;
  cancelProbe(): Promise<void>;
  /** The same for one of the diagnoses; its samples arrive as events, finished ones first to last. */
  runDiagnosis<Kind extends DiagnosisKind>(
    request: RequestOf<Kind>,
    resume?: ResumedRun<SampleOf<Kind>>,
  ): Promise<DiagnosisOutcome>;
  /** Ends the diagnosis after what is in the works; what is finished stays good. */
  cancelDiagnosis(): Promise<void>;
  /** Destroys the GPU device, as a driver crash would; for tests, refused unless the page allows it. */
  loseDevice(): Promise<void>;
}
