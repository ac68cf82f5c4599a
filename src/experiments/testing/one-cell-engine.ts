/** A model so simple that its perception maps are known: its answer is the mean of one cell's pixels. */
import { occlusionMaskReference, type OcclusionMasks } from '../../kernels/occlusion-mask.ts';
import type { AnsweredQuestion, Engine, ImageFeatures } from '../../runtime/engine.ts';
import { pixelLayout } from '../../runtime/masked-pixels.ts';
import type { FixedProcessor, ProcessedImage } from '../../tensor/image-processor.ts';

const SIDE = 60;
const PATCH = 5;

const PROCESSOR: FixedProcessor = {
  kind: 'fixed',
  width: SIDE,
  height: SIDE,
  resample: 3,
  rescaleFactor: 1 / 255,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.4],
};

interface SeenImage extends ImageFeatures {
  readonly image: ProcessedImage;
}

/** What the tests read of an engine; everything else is not there. */
export interface OneCellEngine extends Engine {
  /** Pictures that were encoded and not yet released. */
  readonly held: ReadonlySet<ImageFeatures>;
  /** Answers scored so far. */
  readonly scored: number;
}

/** Looks at one cell (0 to 8) of the 3×3 grid, and answers with two tokens, or with none. */
export function oneCellEngine(cell: number, tokens: readonly number[] = [7, 8]): OneCellEngine {
  const held = new Set<ImageFeatures>();
  let scored = 0;
  const see = (image: ProcessedImage): SeenImage => {
    const seen: SeenImage = { id: held.size, tokens: 4, image, release: () => held.delete(seen) };
    held.add(seen);
    return seen;
  };
  const info = {
    spec: {
      imageProcessor: PROCESSOR,
      vision: { kind: 'clip', tower: { patchSize: PATCH } },
      decoder: { hiddenSize: 8 },
    },
  } as unknown as Engine['info'];
  const engine = {
    info,
    held,
    get scored() {
      return scored;
    },
    encodeImages: (images: readonly ProcessedImage[]) => Promise.resolve(images.map(see)),
    encodeMasked(base: ProcessedImage, masks: OcclusionMasks) {
      const { data, shape } = base.pixels;
      const copies = occlusionMaskReference(pixelLayout(base, PROCESSOR), data, masks);
      const images = Array.from({ length: masks.count }, (_, at) => {
        const own = copies.slice(at * data.length, (at + 1) * data.length);
        return see({ ...base, pixels: { dtype: 'float32', shape, data: own } });
      });
      return Promise.resolve(images);
    },
    generate: () => Promise.resolve({ output: 'Yes indeed', tokenIds: tokens }),
    scoreTokens(answered: readonly AnsweredQuestion[]) {
      scored += answered.length;
      return Promise.resolve(
        answered.map(({ question, tokenIds }) => {
          const { image } = question.images[0] as SeenImage;
          return Float32Array.from(tokenIds, () => cellMean(image.pixels.data, cell));
        }),
      );
    },
  };
  return engine as unknown as OneCellEngine;
}

function cellMean(pixels: Float32Array, cell: number): number {
  const side = SIDE / 3;
  let sum = 0;
  for (let channel = 0; channel < 3; channel++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const row = Math.floor(cell / 3) * side + y;
        sum += pixels[(channel * SIDE + row) * SIDE + (cell % 3) * side + x]!;
      }
  return sum / (3 * side * side);
}
