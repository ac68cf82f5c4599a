import { expect } from 'vitest';
import { type FileSource, openCheckpoint } from '../../models/checkpoint.ts';
import { buildModel } from '../../models/families.ts';
import type { ModelSpec } from '../../models/spec.ts';
import { visionEncoder } from '../../models/vision.ts';
import type { HostTensor } from '../../tensor/tensor.ts';
import type { Backend } from '../backend.ts';
import { argmax, rowsOf } from '../generate.ts';
import { stackFeatures } from '../image-features.ts';
import { LanguageModel } from '../language-model.ts';
import { repack } from '../raw-logits.ts';
import type { EngineModel } from '../stored-model.ts';
import { VisionRunner } from '../vision-runner.ts';
import type { GoldenCase } from './golden.ts';

/** Greedy decoding from raw ids, through the cache, without stop tokens: what the goldens hold. */
export class GreedyRunner {
  private readonly backend: Backend;
  private readonly spec: ModelSpec;
  private readonly vision: VisionRunner;
  private readonly language: LanguageModel;

  private constructor(
    backend: Backend,
    spec: ModelSpec,
    vision: VisionRunner,
    language: LanguageModel,
  ) {
    this.backend = backend;
    this.spec = spec;
    this.vision = vision;
    this.language = language;
  }

  /** Sessions of its own on a backend that stays the caller's, of graphs that compute in float32. */
  static async open(backend: Backend, source: FileSource): Promise<GreedyRunner> {
    const { spec, vision, embed, decoder } = await buildModel(await openCheckpoint(source));
    return GreedyRunner.of(backend, { spec, vision, embed, decoder: [decoder] });
  }

  /** The same of graphs that are there. */
  static async of(
    backend: Backend,
    model: Pick<EngineModel, 'spec' | 'vision' | 'embed' | 'decoder'>,
  ): Promise<GreedyRunner> {
    const { spec } = model;
    const vision = await VisionRunner.open(backend, spec, model.vision);
    const language = await LanguageModel.open(backend, spec.decoder, model);
    return new GreedyRunner(backend, spec, vision, language);
  }

  /** `steps` ids for each row of a golden case's inputs, and the logits `[rows, vocab]` of each step. */
  async run(
    inputs: GoldenCase['inputs'],
    strength: number,
    steps: number,
  ): Promise<{ ids: number[][]; logits: Float32Array[] }> {
    const { vision, imageProcessor, imageTokenId, decoder } = this.spec;
    const pictures = visionEncoder(vision).split(vision, imageProcessor, inputs);
    const images = await this.vision.encode(pictures, () => {});
    const raw = {
      input_ids: inputs.get('input_ids') as HostTensor<'int64'>,
      attention_mask: inputs.get('attention_mask') as HostTensor<'int64'>,
      pictures: inputs,
    };
    const { batch } = repack(raw, { imageTokenId, vocabSize: decoder.vocabSize }, images, strength);
    const features = stackFeatures(this.backend, images, decoder.hiddenSize);
    const { logits: first, state } = await this.language.begin(batch, features.tensor, steps);
    try {
      const logits = [first];
      let best = rowsOf(first, batch.rows).map(argmax);
      const ids = best.map((id) => [id]);
      while (logits.length < steps) {
        const next = await this.language.step(state, best);
        logits.push(next);
        best = rowsOf(next, batch.rows).map(argmax);
        best.forEach((id, row) => ids[row]!.push(id));
      }
      return { ids, logits };
    } finally {
      state.dispose();
      features.dispose();
      images.forEach((image) => image.release());
    }
  }

  async dispose(): Promise<void> {
    await this.language.release();
    await this.vision.release();
  }
}

/** Expects the case's greedy tokens, every one of every row. */
export async function expectGreedy(
  runner: GreedyRunner,
  { inputs, golden }: GoldenCase,
  scheme: string,
  strength: number,
): Promise<void> {
  const expected = golden.get(`greedy.${scheme}`) as HostTensor<'int64'>;
  const [rows, steps] = expected.shape as [number, number];
  const { ids } = await runner.run(inputs, strength, steps);
  expect(ids.flat()).toEqual(Array.from(expected.data, Number));
  expect(ids.length).toBe(rows);
}
