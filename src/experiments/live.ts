/** One picture, asked again and again: the panel that answers while a person drags and slides. */
import { hashImage } from '../data/dataset.ts';
import { processImage } from '../data/image-processors.ts';
import type { Answer, Engine, ImageFeatures, PromptPositions } from '../runtime/engine.ts';
import type { RgbImage } from '../tensor/image.ts';
import { probePrompt } from './probe-prompt.ts';

/** A question about a composited picture: a caption for the probe's prompt, or a free text. */
export type LiveQuestion = { readonly image: RgbImage } & (
  { readonly caption: string } | { readonly text: string }
);

export interface LiveAnswer {
  /** One for each strength that was asked, in order. */
  readonly answers: readonly Answer[];
  /** False where the picture's encoding came from the cache. */
  readonly encoded: boolean;
  /** SHA-256 of the picture's pixels. */
  readonly imageHash: string;
  /** The question's text, without the chat template. */
  readonly prompt: string;
  readonly milliseconds: number;
}

/** Pictures whose encodings are kept. */
const DEFAULT_CAPACITY = 32;

const MAX_NEW_TOKENS = 16;

/**
 * Asks an engine about pictures and keeps the encodings of the latest ones by pixel hash, so that
 * another caption or another strength never encodes a picture again. Calls run one after the other.
 * Owns the encodings; not the engine.
 */
export class LiveProbe {
  private readonly encodings = new Map<string, ImageFeatures>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly capacity = DEFAULT_CAPACITY,
  ) {}

  /** Answers under every strength (0 is standard, 1 is balanced) from one encoding. */
  ask(question: LiveQuestion & { readonly strengths: readonly number[] }): Promise<LiveAnswer> {
    return this.oneAtATime(async () => {
      const start = performance.now();
      const { features, encoded, imageHash } = await this.encode(question.image);
      const prompt = promptOf(question);
      const [answers] = await this.engine.answer(
        [{ images: [features], text: prompt }],
        question.strengths,
        MAX_NEW_TOKENS,
      );
      const milliseconds = performance.now() - start;
      return { answers: answers!, encoded, imageHash, prompt, milliseconds };
    });
  }

  /** Greedy generation under one strength, for naming and free questions. */
  generate(
    question: LiveQuestion & { readonly strength: number; readonly maxNewTokens: number },
  ): Promise<LiveAnswer> {
    return this.oneAtATime(async () => {
      const start = performance.now();
      const { features, encoded, imageHash } = await this.encode(question.image);
      const prompt = promptOf(question);
      const answer = await this.engine.generate(
        { images: [features], text: prompt },
        question.strength,
        question.maxNewTokens,
      );
      const milliseconds = performance.now() - start;
      return { answers: [answer], encoded, imageHash, prompt, milliseconds };
    });
  }

  /** The position ids of the question's prompt under a strength. */
  positions(question: LiveQuestion & { readonly strength: number }): Promise<PromptPositions> {
    return this.oneAtATime(async () => {
      const { features } = await this.encode(question.image);
      const asked = { images: [features], text: promptOf(question) };
      return this.engine.positions(asked, question.strength);
    });
  }

  /** Releases every kept encoding after the questions that are under way. The engine stays open. */
  dispose(): Promise<void> {
    return this.oneAtATime(() => {
      for (const features of this.encodings.values()) features.release();
      this.encodings.clear();
      return Promise.resolve();
    });
  }

  private async encode(
    image: RgbImage,
  ): Promise<{ features: ImageFeatures; encoded: boolean; imageHash: string }> {
    // The size is part of the key: the same bytes in another shape are another picture.
    const imageHash = await hashImage(image);
    const key = `${image.width}x${image.height}/${imageHash}`;
    const known = this.encodings.get(key);
    if (known) {
      this.encodings.delete(key);
      this.encodings.set(key, known);
      return { features: known, encoded: false, imageHash };
    }
    const { imageProcessor } = this.engine.info.spec;
    const [features] = await this.engine.encodeImages([processImage(image, imageProcessor)]);
    this.encodings.set(key, features!);
    this.forgetOldest();
    return { features: features!, encoded: true, imageHash };
  }

  private forgetOldest(): void {
    for (const [key, features] of this.encodings) {
      if (this.encodings.size <= this.capacity) return;
      this.encodings.delete(key);
      features.release();
    }
  }

  private oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}

function promptOf(question: LiveQuestion): string {
  return 'caption' in question ? probePrompt(question.caption) : question.text;
}
