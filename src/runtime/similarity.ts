/** Cosines of encoded pictures and captions, pooled where the features lie. */
import {
  dispatchPooledCosine,
  pooledCosineReference,
  validatePooledCosine,
  type Pool,
  type PooledCosineChoice,
} from '../kernels/pooled-cosine.ts';
import { readBuffer } from '../kernels/read-buffer.ts';
import type { Tensor } from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import type { Similarity } from './engine.ts';
import type { EncodedImage } from './image-features.ts';
import type { LanguageModel } from './language-model.ts';
import type { PromptTokenizer } from './tokenizer.ts';

/** What similarities are made with. */
export interface Comparing {
  readonly backend: Backend;
  readonly language: LanguageModel;
  readonly tokenizer: PromptTokenizer;
  /** Channels of a token. */
  readonly hiddenSize: number;
}

/** One picture and the indices of its tokens that are pooled by themselves, possibly none. */
export interface ComparedImage {
  readonly image: EncodedImage;
  readonly chosen: ArrayLike<number>;
}

/**
 * `[image][caption]`. Pictures that were encoded in one run share a pass over their features. Besides
 * features and embeddings it takes a few lists of row indices and the cosines.
 */
export async function similarities(
  comparing: Comparing,
  compared: readonly ComparedImage[],
  captions: readonly string[],
): Promise<Similarity[][]> {
  const { language, tokenizer } = comparing;
  const { embeddings, rows } = await language.embedTexts(
    captions.map((caption) => tokenizer.encodeText(caption)),
  );
  const found = new Map<ComparedImage, Similarity[]>();
  try {
    for (const features of new Set(compared.map(({ image }) => image.tensor))) {
      const own = compared.filter(({ image }) => image.tensor === features);
      const cosines = await compare(comparing, features, embeddings, own, rows);
      own.forEach((one, at) => found.set(one, cosines[at]!));
    }
  } finally {
    embeddings.dispose();
  }
  return compared.map((one) => found.get(one)!);
}

/** The pictures of one run against all captions. */
async function compare(
  { backend, hiddenSize: hidden }: Comparing,
  features: Tensor,
  embeddings: Tensor,
  compared: readonly ComparedImage[],
  captions: readonly number[][],
): Promise<Similarity[][]> {
  const pooled = compared.map(poolsOf);
  const choice: PooledCosineChoice = {
    hidden,
    featureRows: features.size / hidden,
    embeddingRows: embeddings.size / hidden,
    pools: pooled.flat(),
    captions,
  };
  validatePooledCosine(choice);
  const cosines = await cosinesOf(backend, choice, features, embeddings);
  let first = 0;
  return pooled.map((pools) => {
    const at = (pool: number, caption: number) =>
      cosines[(first + pool) * captions.length + caption]!;
    const found = captions.map((_, caption) => ({
      max: at(0, caption),
      mean: at(1, caption),
      chosen: pools.length > 2 ? at(2, caption) : null,
    }));
    first += pools.length;
    return found;
  });
}

/** The whole picture twice, then what was chosen of it, if anything. */
function poolsOf({ image, chosen }: ComparedImage): Pool[] {
  const all = Uint32Array.from({ length: image.tokens }, (_, n) => image.firstRow + n);
  const pools: Pool[] = [
    { rows: all, pooling: 'max' },
    { rows: all, pooling: 'mean' },
  ];
  if (chosen.length === 0) return pools;
  return [...pools, { rows: Array.from(chosen, (n) => image.firstRow + n), pooling: 'max' }];
}

async function cosinesOf(
  { device }: Backend,
  choice: PooledCosineChoice,
  features: Tensor,
  embeddings: Tensor,
): Promise<Float32Array> {
  for (const { type } of [features, embeddings])
    if (type !== 'float32')
      throw new Error(
        `Image features and embeddings are compared as float32, but the model's are ${type}. Load it in another format.`,
      );
  if (!device) {
    const values = ({ data }: Tensor) => data as Float32Array;
    return pooledCosineReference({
      ...choice,
      features: values(features),
      embeddings: values(embeddings),
    });
  }
  const buffer = (tensor: Tensor) => tensor.gpuBuffer as GPUBuffer;
  const cosines = dispatchPooledCosine(device, choice, {
    features: buffer(features),
    embeddings: buffer(embeddings),
  });
  try {
    const bytes = choice.pools.length * choice.captions.length * 4;
    return new Float32Array(await readBuffer(device, cosines, bytes));
  } finally {
    cosines.destroy();
  }
}
