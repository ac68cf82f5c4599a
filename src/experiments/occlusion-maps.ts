/** Maps of one picture: the change of the answer when a tile is covered. */
import { processImage } from '../data/image-processors.ts';
import { singleTiles, type TileBlock } from '../data/picture-tiles.ts';
import type { PerceptionMode } from '../results/perception-records.ts';
import type { Scheme } from '../results/records.ts';
import { featuresPerBatch } from '../runtime/batch-limit.ts';
import type { AnsweredQuestion, Engine, ImageFeatures } from '../runtime/engine.ts';
import type { RgbImage } from '../tensor/image.ts';
import { coarseToFine, type Measuring } from './coarse-to-fine.ts';
import type { Occluder } from './occluders.ts';
import { sparseToFine } from './sparse-to-fine.ts';

/** How far the answer is decoded whose tokens are scored. */
const MAX_NEW_TOKENS = 16;

/** What is told about the passes of a map, and what they wait for. */
export interface PassWatch {
  /** Awaited before each batch; a rejection ends the map. */
  before(): Promise<void>;
  /** Covered pictures that were run, counted under each scheme. */
  passed(count: number): void;
}

/** One scheme's answer to the picture as it is. */
export interface SchemeAnswer {
  readonly scheme: Scheme;
  readonly output: string;
  /** Without the stop token; empty where the model said nothing. */
  readonly tokenIds: readonly number[];
  /** Raw logits of the answer's tokens. */
  readonly scores: Float32Array;
}

/** A scheme's map of a picture. */
export interface SchemeMap extends SchemeAnswer {
  /** Mean absolute change of the answer's logits for each tile, row by row; null without an answer. */
  readonly values: Float64Array | null;
  readonly passes: number;
  /** Of the passes, shared evenly among schemes that were run together. */
  readonly milliseconds: number;
}

/** A picture with the answers to one question about it. Holds no features. */
export class AskedPicture {
  readonly answers: readonly SchemeAnswer[];
  private readonly engine: Engine;
  private readonly text: string;
  /** Covered copies that are held encoded at once. */
  private readonly batch: number;

  private constructor(
    engine: Engine,
    text: string,
    answers: readonly SchemeAnswer[],
    batch: number,
  ) {
    this.engine = engine;
    this.text = text;
    this.answers = answers;
    this.batch = batch;
  }

  /** Answers greedily under every scheme and scores what was answered. */
  static async ask(
    engine: Engine,
    image: RgbImage,
    text: string,
    schemes: readonly Scheme[],
    mostAtOnce: number,
  ): Promise<AskedPicture> {
    const { imageProcessor, decoder } = engine.info.spec;
    const [features] = await engine.encodeImages([processImage(image, imageProcessor)]);
    const question = { images: [features!], text };
    try {
      const answers: SchemeAnswer[] = [];
      for (const scheme of schemes) {
        const { strength } = scheme;
        const { output, tokenIds } = await engine.generate(question, strength, MAX_NEW_TOKENS);
        const asked = tokenIds.length > 0 ? [{ question, strength, tokenIds }] : [];
        const [scores = new Float32Array()] = await engine.scoreTokens(asked);
        answers.push({ scheme, output, tokenIds, scores });
      }
      const fitting = featuresPerBatch({ tokensPerImage: features!.tokens, decoder });
      return new AskedPicture(engine, text, answers, Math.min(mostAtOnce, fitting));
    } finally {
      features!.release();
    }
  }

  /**
   * The mean absolute change of each answer's logits when a block is covered: for each answer a value for
   * each block. Every copy is encoded once for all answers.
   */
  async changes(
    occluder: Occluder,
    blocks: readonly TileBlock[],
    answers: readonly SchemeAnswer[],
    watch: PassWatch,
  ): Promise<number[][]> {
    const changes: number[][] = answers.map(() => []);
    for (let first = 0; first < blocks.length; first += this.batch) {
      await watch.before();
      const covered = blocks.slice(first, first + this.batch);
      const features = await occluder.encode(covered);
      try {
        const scores = await this.engine.scoreTokens(
          answers.flatMap((answer) => features.map((image) => this.answered(image, answer))),
        );
        answers.forEach((answer, at) => {
          const own = scores.slice(at * covered.length, (at + 1) * covered.length);
          changes[at]!.push(...own.map((row) => meanChange(answer.scores, row)));
        });
      } finally {
        features.forEach((image) => image.release());
      }
      watch.passed(covered.length * answers.length);
    }
    return changes;
  }

  private answered(image: ImageFeatures, { scheme, tokenIds }: SchemeAnswer): AnsweredQuestion {
    const question = { images: [image], text: this.text };
    return { question, strength: scheme.strength, tokenIds };
  }
}

function meanChange(before: Float32Array, after: Float32Array): number {
  return (
    before.reduce((sum, value, step) => sum + Math.abs(after[step]! - value), 0) / before.length
  );
}

/** Every tile measured that is not blank. One map for each scheme, in their order. */
export async function fullMaps(
  picture: AskedPicture,
  occluder: Occluder,
  watch: PassWatch,
): Promise<SchemeMap[]> {
  const start = performance.now();
  const answered = picture.answers.filter(({ tokenIds }) => tokenIds.length > 0);
  const tiles = singleTiles(occluder.grid);
  const useful = [...tiles.keys()].filter((at) => !occluder.isBlank(tiles[at]!));
  const blocks = useful.map((at) => tiles[at]!);
  const changes =
    answered.length > 0 ? await picture.changes(occluder, blocks, answered, watch) : [];
  const milliseconds = (performance.now() - start) / answered.length;
  return picture.answers.map((answer) => {
    const own = changes[answered.indexOf(answer)];
    if (!own) return withoutMap(answer);
    const values = new Float64Array(tiles.length);
    useful.forEach((at, n) => (values[at] = own[n]!));
    return { ...answer, values, passes: blocks.length, milliseconds };
  });
}

/** Makes one map of a picture for each scheme, in their order. */
type MapMaker = (
  picture: AskedPicture,
  occluder: Occluder,
  watch: PassWatch,
) => Promise<SchemeMap[]>;

/** Large blocks first, refined where they are hot. */
const coarseMaps = searchedMaps(coarseToFine);

/** Some single tiles first, then the hottest between them; the rest is interpolated. */
const sparseMaps = searchedMaps(sparseToFine);

/** How each mode goes over the tiles. */
export const MAP_MAKERS: Readonly<Record<PerceptionMode, MapMaker>> = {
  reference: fullMaps,
  kernel: fullMaps,
  coarse: coarseMaps,
  sparse: sparseMaps,
};

/** Maps of values that a search measures only in part, each scheme's by itself. */
function searchedMaps(search: (measuring: Measuring) => Promise<Float64Array>): MapMaker {
  return async (picture, occluder, watch) => {
    const maps: SchemeMap[] = [];
    for (const answer of picture.answers) {
      if (answer.tokenIds.length === 0) {
        maps.push(withoutMap(answer));
        continue;
      }
      const start = performance.now();
      let passes = 0;
      const values = await search({
        rows: occluder.grid.rows,
        columns: occluder.grid.columns,
        isBlank: (block) => occluder.isBlank(block),
        async measure(blocks) {
          passes += blocks.length;
          const [changes] = await picture.changes(occluder, blocks, [answer], watch);
          return changes!;
        },
      });
      maps.push({ ...answer, values, passes, milliseconds: performance.now() - start });
    }
    return maps;
  };
}

function withoutMap(answer: SchemeAnswer): SchemeMap {
  return { ...answer, values: null, passes: 0, milliseconds: 0 };
}
