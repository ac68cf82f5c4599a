import type { Tensor } from 'onnxruntime-web';
import { positionsReference, packSpans } from '../kernels/positions.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { Backend } from './backend.ts';
import { answerRows, type Answering } from './answer-rows.ts';
import { inRuns, picturesPerRun } from './batch-limit.ts';
import { imageSpans, type Sequence } from './batch.ts';
import {
  DeviceLostError,
  type Answer,
  type Engine,
  type EngineInfo,
  type PromptPositions,
  type Question,
} from './engine.ts';
import {
  EncodedImage,
  splitFeatures,
  stackFeatures,
  type StackedFeatures,
} from './image-features.ts';
import type { LanguageModel } from './language-model.ts';
import { repack, unpackLogits, type RawInputs, type RawOutputs } from './raw-logits.ts';
import type { Session } from './session.ts';
import type { PromptTokenizer } from './tokenizer.ts';
import { requireYesNo } from './yes-no.ts';

/** How far an answer that begins with neither Yes nor No is decoded, unless the caller says. */
const DEFAULT_NEW_TOKENS = 16;

/** An engine that also answers for raw tensors, and whose device can be taken away. */
export interface RuntimeEngine extends Engine {
  /** Logits at every position for tensors as Hugging Face's processors name them. */
  computeLogits(inputs: RawInputs, strength: number): Promise<RawOutputs>;
  /** Token ids of the rendered prompt around `text`, the image's tokens included. */
  promptIds(text: string): readonly number[];
  /** Destroys the shared GPU device, as a driver crash would; false where there is none. For tests. */
  destroyDevice(): boolean;
}

/** What an engine is made of; it takes all of it over and releases it. */
export interface EngineParts {
  readonly backend: Backend;
  readonly info: EngineInfo;
  readonly vision: Session;
  readonly language: LanguageModel;
  /** Undefined where the folder has none: then only raw tensors can be answered for. */
  readonly tokenizer: PromptTokenizer | undefined;
}

/** The engine for models of three graphs: vision, embedding, decoder. One run at a time. */
export class ModelEngine implements RuntimeEngine {
  readonly info: EngineInfo;
  private readonly parts: EngineParts;
  private readonly images = new Set<EncodedImage>();
  private nextImageId = 1;
  /** Runs queue up behind this: an onnxruntime build serves one call at a time. */
  private tail: Promise<unknown> = Promise.resolve();
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

  promptIds(text: string): readonly number[] {
    return this.tokenizer.encode(this.tokenizer.render(text), this.info.spec.tokensPerImage);
  }

  encodeImages(pixelValues: HostTensor<'float32'>): Promise<EncodedImage[]> {
    return this.exclusively(async () => {
      this.requirePixels(pixelValues);
      const [pictures, ...picture] = pixelValues.shape as [number, ...number[]];
      const size = pixelValues.data.length / pictures;
      const indices = Array.from({ length: pictures }, (_, index) => index);
      const images: EncodedImage[] = [];
      try {
        for (const run of inRuns(indices, picturesPerRun(this.info.spec))) {
          const data = pixelValues.data.subarray(run[0]! * size, (run.at(-1)! + 1) * size);
          const pixels = { ...pixelValues, shape: [run.length, ...picture], data };
          images.push(...this.hold(await this.encode(pixels)));
        }
        return images;
      } catch (error) {
        images.forEach((image) => image.release());
        throw error;
      }
    });
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

  positions(text: string, strength: number): PromptPositions {
    const { imageTokenId, tokensPerImage, decoder } = this.info.spec;
    const ids = this.promptIds(text);
    const spans = imageSpans(ids, imageTokenId, tokensPerImage);
    const kinds = new Uint32Array(ids.length);
    spans.forEach(({ start, length }, image) => kinds.fill(image + 1, start, start + length));
    const positions = positionsReference({
      axes: decoder.rotary.axes,
      rows: 1,
      length: ids.length,
      ...packSpans([spans]),
      strengths: Float32Array.of(strength),
    });
    return { kinds, positions, tokens: ids.map((id) => this.tokenizer.tokenText(id)) };
  }

  computeLogits(inputs: RawInputs, strength: number): Promise<RawOutputs> {
    return this.exclusively(async () => {
      const { imageTokenId, tokensPerImage, decoder } = this.info.spec;
      const packed = repack(inputs, imageTokenId, tokensPerImage, strength);
      const { batch } = packed;
      const { Tensor } = this.parts.backend.ort;
      const every = batch.lengths.map(() => Array.from({ length: batch.length }, (_, n) => n));
      const width = inputs.input_ids.shape[1]!;
      if (!inputs.pixel_values || packed.images === 0) {
        const none = new Tensor('float32', new Float32Array(decoder.hiddenSize), [
          1,
          decoder.hiddenSize,
        ]);
        const logits = await this.parts.language.prefill(batch, none, every);
        return { logits: unpackLogits(logits, packed, width), image_features: undefined };
      }
      this.requirePixels(inputs.pixel_values);
      const encoded = splitFeatures(await this.encode(inputs.pixel_values), 0, () => {});
      const features = stackFeatures(this.parts.backend, encoded);
      try {
        const logits = await this.parts.language.prefill(batch, features.tensor, every);
        const { tensor } = encoded[0]!;
        const data = Float32Array.from((await tensor.getData()) as Float32Array);
        const image_features = { dtype: 'float32', shape: tensor.dims, data } as const;
        return { logits: unpackLogits(logits, packed, width), image_features };
      } finally {
        features.dispose();
        encoded.forEach((image) => image.release());
      }
    });
  }

  destroyDevice(): boolean {
    this.parts.backend.device?.destroy();
    return this.parts.backend.device !== undefined;
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.tail.catch(() => {});
    for (const image of [...this.images]) image.release();
    try {
      await this.parts.language.release();
      await this.parts.vision.release();
    } catch (error) {
      // On a lost device there is nothing left to release.
      if (this.lostReason === undefined) throw error;
    } finally {
      this.parts.backend.dispose();
    }
  }

  private get tokenizer(): PromptTokenizer {
    if (this.parts.tokenizer) return this.parts.tokenizer;
    throw new Error(
      'The model folder has no tokenizer.json, so text cannot be turned into tokens; add the file of the checkpoint.',
    );
  }

  /** Splits the vision encoder's output into pictures that stay until they are released. */
  private hold(tensor: Tensor): EncodedImage[] {
    const images = splitFeatures(tensor, this.nextImageId, (image) => this.images.delete(image));
    this.nextImageId += images.length;
    images.forEach((image) => this.images.add(image));
    return images;
  }

  private get answering(): Answering {
    const { backend, language } = this.parts;
    return { backend, language, info: this.info, tokenizer: this.tokenizer };
  }

  /** Runs the vision graph: f32 `[n, tokens, hidden]`. */
  private async encode(pixels: HostTensor<'float32'>): Promise<Tensor> {
    const tensor = new this.parts.backend.ort.Tensor('float32', pixels.data, pixels.shape);
    const outputs = await this.parts.vision.run({ pixel_values: tensor }, { image_features: null });
    return outputs.image_features;
  }

  private requirePixels({ shape }: HostTensor<'float32'>): void {
    const { width, height } = this.info.spec.imageProcessor;
    const [n, channels, h, w] = shape;
    if (shape.length !== 4 || !n || channels !== 3 || h !== height || w !== width)
      throw new Error(
        `pixel_values must be [pictures, 3, ${height}, ${width}], but its shape is [${shape.join(', ')}].`,
      );
  }

  /** Questions × strengths as sequences over stacked features, each picture stacked once. */
  private async withRows<T>(
    questions: readonly Question[],
    strengths: readonly number[],
    work: (sequences: Sequence[], features: StackedFeatures) => Promise<T>,
  ): Promise<T> {
    const { backend } = this.parts;
    const { imageTokenId, tokensPerImage } = this.info.spec;
    const images = [...new Set(questions.map(({ image }) => this.own(image)))];
    const features = stackFeatures(backend, images);
    try {
      const sequences = questions.flatMap(({ image, text }) => {
        const ids = this.promptIds(text);
        const spans = imageSpans(ids, imageTokenId, tokensPerImage);
        if (spans.length !== 1)
          throw new Error(
            `The chat template put ${spans.length} image placeholders around the question, where one is needed.`,
          );
        const featureRows = [features.firstRows[images.indexOf(this.own(image))]!];
        return strengths.map((strength) => ({ ids, spans, featureRows, strength }));
      });
      return await work(sequences, features);
    } finally {
      features.dispose();
    }
  }

  private own(image: Question['image']): EncodedImage {
    if (image instanceof EncodedImage && this.images.has(image)) return image;
    throw new Error(
      `The picture with id ${image.id} was released or belongs to another engine; encode it again.`,
    );
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.tail.then(async () => {
      if (this.disposed) throw new Error('The model was unloaded; load it again.');
      if (this.lostReason !== undefined) throw this.deviceLost();
      try {
        return await Promise.race([work(), this.lost]);
      } catch (error) {
        throw (await this.causedByLoss()) ? this.deviceLost() : error;
      }
    });
    this.tail = run.catch(() => {});
    return run;
  }

  /** A lost device first shows as a failed run; its `lost` promise follows within moments. */
  private async causedByLoss(): Promise<boolean> {
    if (!this.parts.backend.device) return false;
    const moment = new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.race([this.lost.catch(() => {}), moment]);
    return this.lostReason !== undefined;
  }

  private deviceLost(): DeviceLostError {
    return new DeviceLostError(
      `The graphics device was lost (${this.lostReason}). Load the model again; finished results are kept.`,
    );
  }
}
