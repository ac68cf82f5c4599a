import type { OcclusionMasks } from '../kernels/occlusion-mask.ts';
import type { ComputeType } from '../models/compute.ts';
import type { ModelSpec } from '../models/spec.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';

export type Provider = 'webgpu' | 'wasm' | 'cpu';

/** Everything a manifest says about the model and the machine that ran it. */
export interface EngineInfo {
  readonly model: string;
  readonly revision: string;
  /** SHA-256 of the weight files, hexadecimal. */
  readonly weightHash: string;
  /** SHA-256 over config, tokenizer, chat template and processor files, hexadecimal. */
  readonly settingsHash: string;
  /** How the weights are stored: `float32`, `q4`, … */
  readonly dtype: string;
  /** In what type the model computes. */
  readonly compute: ComputeType;
  readonly provider: Provider;
  /** Which onnxruntime build serves the provider: `node`, `jspi`, `asyncify`, `wasm`. */
  readonly build: string;
  /** The adapter's own words (`vendor architecture description`), or the provider's for CPUs. */
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly spec: ModelSpec;
  /** Token ids whose text, stripped, is Yes (or No); the margin is best Yes logit minus best No logit. */
  readonly yesTokenIds: readonly number[];
  readonly noTokenIds: readonly number[];
}

/** An encoded picture, held by the engine until released. Its encoding serves every scheme. */
export interface ImageFeatures {
  readonly id: number;
  /** Image tokens. */
  readonly tokens: number;
  release(): void;
}

/** One user turn about some pictures; `text` is the turn's text without the image placeholders. */
export interface Question {
  readonly images: readonly ImageFeatures[];
  readonly text: string;
}

export interface Answer {
  /** Decoded answer, special tokens left out. */
  readonly output: string;
  readonly tokenIds: readonly number[];
  /** Best Yes logit minus best No logit at the first answer step. */
  readonly margin: number;
  readonly yesLogit: number;
  readonly noLogit: number;
  /** True where the first token was neither Yes nor No, so decoding went on. */
  readonly decoded: boolean;
}

/** Cosines of a picture's tokens and a caption's input embeddings, from −1 to 1. */
export interface Similarity {
  /** Both max-pooled, channel by channel, over all their tokens. */
  readonly max: number;
  /** Both averaged over all their tokens. */
  readonly mean: number;
  /** As `max`, over the chosen image tokens alone; null where none was chosen. */
  readonly chosen: number | null;
}

/** An answer to a question under a balance strength, to be scored. */
export interface AnsweredQuestion {
  readonly question: Question;
  readonly strength: number;
  /** The answer's tokens, at least one, without a stop token. */
  readonly tokenIds: readonly number[];
}

/** The position ids of a prompt, for display: `kind` 0 is text, k ≥ 1 the k-th image. */
export interface PromptPositions {
  readonly kinds: Uint32Array;
  /** `[axes, tokens]`. */
  readonly positions: Float32Array;
  readonly tokens: readonly string[];
}

export interface FlowOptions {
  /** `all`: one map; `layers`: one for each layer, the mean of its heads; `heads`: one for each head. */
  readonly reduce: 'all' | 'layers' | 'heads';
  /** This layer alone, counted from 0; left out: all layers. */
  readonly layer?: number | undefined;
}

/**
 * How text reads an image: prefill attention of the text behind the last image (but the last token) to
 * every column, the mean over those text tokens. Padding is no column.
 */
export interface AttentionFlow {
  /** f32 `[columns]`, `[layers, columns]` or `[layers, heads, columns]`. Every map sums up to 1. */
  readonly attention: Float32Array;
  /** Layers that the maps are of, counted from 0. */
  readonly layers: readonly number[];
  readonly heads: number;
  /** Columns: tokens of the prompt, `kind` 0 is text, k ≥ 1 the k-th image. */
  readonly kinds: Uint32Array;
  /** Tokens whose attention was averaged. With several images all of them can see every image. */
  readonly rows: readonly number[];
  readonly bytes: FlowBytes;
}

/** What information flow holds besides the decoder's own run, and what whole matrices would take. */
export interface FlowBytes {
  /** The most at one time: queries and keys of the layers at hand, sums, and results. */
  readonly held: number;
  /** Attention of every token to every token, f32, of all heads of the layers that were asked for. */
  readonly matrices: number;
}

/**
 * A loaded model. `strengths` are balance strengths: 0 is standard, 1 is BaPA. All methods throw
 * `Error`s whose message is a whole sentence; after a lost device every method throws
 * `DeviceLostError` and the engine has to be loaded again.
 */
export interface Engine {
  readonly info: EngineInfo;
  /** The exact text the model sees: chat template around `text`, one image placeholder included. */
  renderPrompt(text: string): string;
  /** One `ImageFeatures` for each picture, which the model's own image processor prepared. */
  encodeImages(images: readonly ProcessedImage[]): Promise<ImageFeatures[]>;
  /**
   * One prefill, or as few as memory allows, for every question under every strength:
   * `[question][strength]`. Only where the first token is neither Yes nor No are further tokens decoded
   * (at most `maxNewTokens`).
   */
  answer(
    questions: readonly Question[],
    strengths: readonly number[],
    maxNewTokens?: number,
  ): Promise<Answer[][]>;
  /** Greedy generation until a stop token; used for naming and free prompts. */
  generate(question: Question, strength: number, maxNewTokens: number): Promise<Answer>;
  positions(question: Question, strength: number): PromptPositions;
  /**
   * `[image][caption]`. A caption stands alone, with the special tokens that its tokenizer adds.
   * `cellTokens` are, for each picture, the indices of the tokens that are also pooled by themselves.
   * Neither positions nor the decoder have a part in it.
   */
  similarity(
    images: readonly ImageFeatures[],
    captions: readonly string[],
    cellTokens: readonly ArrayLike<number>[],
  ): Promise<Similarity[][]>;
  /** Throws a sentence where the question has no picture or no text behind it to read it. */
  attentionFlow(question: Question, strength: number, options: FlowOptions): Promise<AttentionFlow>;
  dispose(): Promise<void>;

  /**
   * Features of as many copies of one picture as there are masks, each with the mask's rectangles
   * painted over. On WebGPU the copies are written and read on the device. All of them are held at once:
   * ask for no more than `featuresPerBatch` allows.
   */
  encodeMasked(base: ProcessedImage, masks: OcclusionMasks): Promise<ImageFeatures[]>;
  /**
   * The raw logits of given answers, f32 `[tokens]` each: every token's logit after the prompt and the
   * answer's tokens before it. One prefill, or as few as memory allows.
   */
  scoreTokens(answered: readonly AnsweredQuestion[]): Promise<Float32Array[]>;
}

/** Thrown when the GPU device went away; the run resumes on a new engine. */
export class DeviceLostError extends Error {
  override name = 'DeviceLostError';
}
