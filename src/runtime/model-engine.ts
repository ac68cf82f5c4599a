import type { OcclusionMasks } from '../kernels/occlusion-mask.ts';
import { positionsReference } from '../kernels/positions.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import type { Backend } from './backend.ts';
import { answerRows, type Answering } from './answer-rows.ts';
import { attentionFlow } from './attention-flow.ts';
import { imageSpans, padSequences, type Sequence } from './batch.ts';
import { stillAnswers } from './device.ts';
import {
  DeviceLostError,
  type Answer,
  type AnsweredQuestion,
  type AttentionFlow,
  type Engine,
  type EngineInfo,
  type FlowOptions,
  type ImageFeatures,
  type PromptPositions,
  type Question,
  type Similarity,
} from './engine.ts';
import { EncodedImage, stackFeatures, type StackedFeatures } from './image-features.ts';
import type { LanguageModel } from './language-model.ts';
import type { RawInputs, RawOutputs } from './raw-logits.ts';
import { rawFlow, rawLogits } from './raw-runs.ts';
import { positionsInput } from './rotary-feeds.ts';
import { scoreRows } from './score-tokens.ts';
import { similarities } from './similarity.ts';
import type { PromptTokenizer } from './tokenizer.ts';
import type { VisionRunner } from './vision-runner.ts';
import { requireYesNo } from './yes-no.ts';

/** Milliseconds for what a lost device should still do: say that it is lost, end what it was given. */
const LOST_PATIENCE = 5_000;

/** How far an answer that begins with neither Yes nor No is decoded, unless the caller says. */
const DEFAULT_NEW_TOKENS = 16;

/** An engine that also answers for raw tensors, and whose device can be taken away. */
export interface RuntimeEngine extends Engine {
  /** Logits at every position for tensors as Hugging Face's processors name them. */
  computeLogits(inputs: RawInputs, strength: number): Promise<RawOutputs>;
  /**
   * The flow of every row of such tensors, without padding; undefined for rows where no text reads an
   * image.
   */
  computeFlow(
    inputs: RawInputs,
    strength: number,
    options: FlowOptions,
  ): Promise<(AttentionFlow | undefined)[]>;
  /** Token ids of the rendered prompt, the images' tokens included. */
  promptIds(question: Question): readonly number[];
  /** Destroys the shared GPU device, as a driver crash would; false where there is none. For tests. */
  destroyDevice(): boolean;
}

/** What an engine is made of; it takes all of it over and releases it. */
export interface EngineParts {
  readonly backend: Backend;
  readonly info: EngineInfo;
  readonly vision: VisionRunner;
  readonly language: LanguageModel;
  /** Undefined where the folder has none: then only raw tensors can be answered for. */
  readonly tokenizer: PromptTokenizer | undefined;
}

/** The engine for models of three graphs: vision, embedding, decoder. One run at a time. */
export class ModelEngine implements RuntimeEngine {
  readonly info: EngineInfo;
  private readonly parts: EngineParts;
  private readonly images = new Set<EncodedImage>();
  /** Runs queue up behind this: an onnxruntime build serves one call at a time. */
  private tail: Promise<unknown> = Promise.resolve();
  /** The run under way, for which its caller no longer waits where the device is lost. */
  private running: Promise<unknown> = Promise.resolve();
  private lostReason: string | undefined;
  private readonly lost: Promise<never>;
  private disposed = false;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.info = parts.info;
    this.lost = new Promise((_, reject) => {
      void parts.backend.device?.lost.then((info) => {
        this.lostReason = info.message || info.reason || 'no reason given';
        reject(this.deviceLost());
      });
    });
    // Nobody may be waiting when the device goes.
    this.lost.catch(() => {});
  }

  renderPrompt(text: string): string {
    return this.tokenizer.render(text);
  }

  promptIds({ images, text }: Question): readonly number[] {
    const prompt = this.tokenizer.render(text, images.length);
    const counts = images.map(({ tokens }) => tokens);
    return this.tokenizer.encode(prompt, counts);
  }

  encodeImages(pictures: readonly ProcessedImage[]): Promise<EncodedImage[]> {
    return this.exclusively(() => this.held(this.parts.vision.encode(pictures, this.forget)));
  }

  answer(
    questions: readonly Question[],
    strengths: readonly number[],
    maxNewTokens = DEFAULT_NEW_TOKENS,
  ): Promise<Answer[][]> {
    return this.exclusively(async () => {
      if (questions.length === 0 || strengths.length === 0) return questions.map(() => []);
      requireYesNo(this.info);
      const answers = await this.withRows(questions, strengths, (sequences, features) =>
        answerRows(this.answering, sequences, features.tensor, maxNewTokens),
      );
      const columns = strengths.length;
      return questions.map((_, q) => answers.slice(q * columns, (q + 1) * columns));
    });
  }

  generate(question: Question, strength: number, maxNewTokens: number): Promise<Answer> {
    return this.exclusively(async () => {
      const [answer] = await this.withRows([question], [strength], (sequences, features) =>
        answerRows(this.answering, sequences, features.tensor, maxNewTokens, true),
      );
      return answer!;
    });
  }

  positions(question: Question, strength: number): PromptPositions {
    const { rotary } = this.info.spec.decoder;
    const sequence = this.sequence(question, strength, () => 0);
    const { ids, spans } = sequence;
    const kinds = new Uint32Array(ids.length);
    spans.forEach(({ start, length }, image) => kinds.fill(image + 1, start, start + length));
    const positions = positionsReference(positionsInput(padSequences([sequence]), rotary.axes, 0));
    return { kinds, positions, tokens: Array.from(ids, (id) => this.tokenizer.tokenText(id)) };
  }

  similarity(
    images: readonly ImageFeatures[],
    captions: readonly string[],
    cellTokens: readonly ArrayLike<number>[],
  ): Promise<Similarity[][]> {
    return this.exclusively(async () => {
      if (images.length === 0 || captions.length === 0) return images.map(() => []);
      const { backend, language } = this.parts;
      const { hiddenSize } = this.info.spec.decoder;
      const comparing = { backend, language, tokenizer: this.tokenizer, hiddenSize };
      const compared = images.map((image, at) => ({
        image: this.own(image),
        chosen: cellTokens[at] ?? [],
      }));
      return similarities(comparing, compared, captions);
    });
  }

  encodeMasked(base: ProcessedImage, masks: OcclusionMasks): Promise<EncodedImage[]> {
    return this.exclusively(() =>
      this.held(this.parts.vision.encodeMasked(base, masks, this.forget)),
    );
  }

  scoreTokens(answered: readonly AnsweredQuestion[]): Promise<Float32Array[]> {
    return this.exclusively(async () => {
      if (answered.length === 0) return [];
      return this.withSequences(answered, (prompts, features) => {
        const rows = prompts.map((prompt, i) => ({ prompt, tokenIds: answered[i]!.tokenIds }));
        return scoreRows({ ...this.parts, info: this.info }, rows, features.tensor);
      });
    });
  }

  attentionFlow(
    question: Question,
    strength: number,
    options: FlowOptions,
  ): Promise<AttentionFlow> {
    return this.exclusively(() =>
      this.withRows([question], [strength], (sequences, features) =>
        attentionFlow(this.parts, padSequences(sequences), features.tensor, options),
      ),
    );
  }

  computeLogits(inputs: RawInputs, strength: number): Promise<RawOutputs> {
    return this.exclusively(() => rawLogits(this.parts, inputs, strength));
  }

  computeFlow(
    inputs: RawInputs,
    strength: number,
    options: FlowOptions,
  ): Promise<(AttentionFlow | undefined)[]> {
    return this.exclusively(() => rawFlow(this.parts, inputs, strength, options));
  }

  destroyDevice(): boolean {
    this.parts.backend.device?.destroy();
    return this.parts.backend.device !== undefined;
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.tail;
    try {
      // What a lost device was given may never end, and there is little left to release on it.
      const patience = this.lost.catch(() => moment(LOST_PATIENCE));
      await Promise.race([this.running.then(() => this.release()), patience]);
    } catch (error) {
      if (this.lostReason === undefined) throw error;
    } finally {
      this.parts.backend.dispose();
    }
  }

  private async release(): Promise<void> {
    for (const image of [...this.images]) image.release();
    await this.parts.language.release();
    await this.parts.vision.release();
  }

  /** Released with the engine at the latest. */
  private async held(encoding: Promise<EncodedImage[]>): Promise<EncodedImage[]> {
    const images = await encoding;
    images.forEach((image) => this.images.add(image));
    return images;
  }

  private readonly forget = (image: EncodedImage): void => {
    this.images.delete(image);
  };

  private get tokenizer(): PromptTokenizer {
    if (this.parts.tokenizer) return this.parts.tokenizer;
    throw new Error(
      'The model folder has no tokenizer.json, so text cannot be turned into tokens; add the file of the checkpoint.',
    );
  }

  private get answering(): Answering {
    const { backend, language } = this.parts;
    return { backend, language, info: this.info, tokenizer: this.tokenizer };
  }

  /** Questions × strengths as sequences over stacked features. */
  private withRows<T>(
    questions: readonly Question[],
    strengths: readonly number[],
    work: (sequences: Sequence[], features: StackedFeatures) => Promise<T>,
  ): Promise<T> {
    const rows = questions.flatMap((question) =>
      strengths.map((strength) => ({ question, strength })),
    );
    return this.withSequences(rows, work);
  }

  /** Questions under a strength each as sequences over stacked features, each picture stacked once. */
  private async withSequences<T>(
    rows: readonly { question: Question; strength: number }[],
    work: (sequences: Sequence[], features: StackedFeatures) => Promise<T>,
  ): Promise<T> {
    const { hiddenSize } = this.info.spec.decoder;
    const named = rows.flatMap(({ question }) => question.images);
    const images = [...new Set(named.map((image) => this.own(image)))];
    const features = stackFeatures(this.parts.backend, images, hiddenSize);
    const places = new Map(images.map((image, at) => [image, features.firstRows[at]!]));
    try {
      const sequences = rows.map(({ question, strength }) =>
        this.sequence(question, strength, (image) => places.get(image)!),
      );
      return await work(sequences, features);
    } finally {
      features.dispose();
    }
  }

  private sequence(
    question: Question,
    strength: number,
    firstRow: (image: EncodedImage) => number,
  ): Sequence {
    const images = question.images.map((image) => this.own(image));
    const counts = images.map(({ tokens }) => tokens);
    const ids = this.promptIds(question);
    return {
      ids,
      spans: imageSpans(ids, this.info.spec.imageTokenId, counts),
      featureRows: images.map(firstRow),
      offsets: images.map(({ offsets }) => offsets),
      strength,
    };
  }

  private own(image: ImageFeatures): EncodedImage {
    if (image instanceof EncodedImage && this.images.has(image)) return image;
    throw new Error(
      `The picture with id ${image.id} was released or belongs to another engine; encode it again.`,
    );
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.tail.then(async () => {
      if (this.disposed) throw new Error('The model was unloaded; load it again.');
      if (this.lostReason !== undefined) throw this.deviceLost();
      const working = work();
      this.running = working.catch(() => {});
      try {
        return await Promise.race([working, this.lost]);
      } catch (error) {
        throw (await this.causedByLoss()) ? this.deviceLost() : error;
      }
    });
    this.tail = run.catch(() => {});
    return run;
  }

  /** A lost device first shows as a failed run; its `lost` promise follows, later on a busy machine. */
  private async causedByLoss(): Promise<boolean> {
    const { device } = this.parts.backend;
    if (!device) return false;
    const told = this.lost.catch(() => false);
    if (await Promise.race([told, stillAnswers(device)])) return false;
    await Promise.race([told, moment(LOST_PATIENCE)]);
    this.lostReason ??= 'it answers no more';
    return true;
  }

  private deviceLost(): DeviceLostError {
    return new DeviceLostError(
      `The graphics device was lost (${this.lostReason}). Load the model again; finished results are kept.`,
    );
  }
}

function moment(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
