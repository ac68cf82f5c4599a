import type { Tensor } from 'onnxruntime-web';
import type { OcclusionMasks } from '../kernels/occlusion-mask.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { ModelSpec } from '../models/spec.ts';
import type { VisionRun } from '../models/vision-encoder.ts';
import { visionEncoder } from '../models/vision.ts';
import type { Backend } from './backend.ts';
import { inRuns, largestTensorBytes, picturesPerRun } from './batch-limit.ts';
import { EncodedImage, sharedFeatures } from './image-features.ts';
import { MaskedPixels } from './masked-pixels.ts';
import { createSession, type GraphSource, type Session } from './session.ts';

/** What a vision run needs to know of a model. */
type VisionSpec = Pick<ModelSpec, 'vision' | 'decoder' | 'imageProcessor'>;

type OnRelease = (image: EncodedImage) => void;

/** The vision graph as one operation: pictures in, their features out. */
export class VisionRunner {
  private readonly backend: Backend;
  private readonly spec: VisionSpec;
  private readonly session: Session;
  private nextId = 1;

  constructor(backend: Backend, spec: VisionSpec, session: Session) {
    this.backend = backend;
    this.spec = spec;
    this.session = session;
  }

  /** Makes the session. The graph's bytes are not needed afterwards. */
  static async open(backend: Backend, spec: VisionSpec, graph: GraphSource): Promise<VisionRunner> {
    const session = await createSession(backend, graph, 'vision encoder', ['image_features']);
    return new VisionRunner(backend, spec, session);
  }

  /** Encodes pictures in as few runs as encoder and memory allow; the features are the caller's. */
  encode(images: readonly ProcessedImage[], onRelease: OnRelease): Promise<EncodedImage[]> {
    return this.encodeRuns(images, onRelease, (run) => this.run(this.feeds(run.feeds)));
  }

  /** The same for copies of one picture with rectangles painted over. */
  async encodeMasked(
    base: ProcessedImage,
    masks: OcclusionMasks,
    onRelease: OnRelease,
  ): Promise<EncodedImage[]> {
    const { backend, spec } = this;
    const copies = new MaskedPixels(backend, base, spec.imageProcessor, masks);
    const most = Math.max(1, Math.floor(largestTensorBytes(backend) / copies.copyBytes));
    let first = 0;
    const runMasked = async ({ feeds, images }: VisionRun) => {
      const { pixel_values, ...rest } = feeds;
      const pixels = copies.write(first, images.length, pixel_values!.shape);
      first += images.length;
      try {
        return await this.run({ ...this.feeds(rest), pixel_values: pixels.tensor });
      } finally {
        pixels.dispose();
      }
    };
    try {
      // What the encoder makes of a picture besides its pixels is the same for all copies.
      const pictures = Array<ProcessedImage>(masks.count).fill(base);
      return await this.encodeRuns(pictures, onRelease, runMasked, most);
    } finally {
      copies.dispose();
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  /** Runs of at most `most` pictures; the features of each run are split into those of its pictures. */
  private async encodeRuns(
    images: readonly ProcessedImage[],
    onRelease: OnRelease,
    work: (run: VisionRun) => Promise<Tensor>,
    most = Infinity,
  ): Promise<EncodedImage[]> {
    const encoded: EncodedImage[] = [];
    try {
      for (const run of this.runs(images, most)) {
        const shared = sharedFeatures(await work(run), run.images.length);
        let firstRow = 0;
        for (const { tokens, offsets } of run.images) {
          encoded.push(
            new EncodedImage({ id: this.nextId++, tokens, offsets, firstRow, shared, onRelease }),
          );
          firstRow += tokens;
        }
      }
      return encoded;
    } catch (error) {
      encoded.forEach((image) => image.release());
      throw error;
    }
  }

  private *runs(images: readonly ProcessedImage[], most: number): Generator<VisionRun> {
    if (images.length === 0) return;
    const { vision, decoder } = this.spec;
    const encoder = visionEncoder(vision);
    const tokensPerImage = encoder.runs(vision, images.slice(0, 1))[0]!.images[0]!.tokens;
    const size = Math.min(most, picturesPerRun({ tokensPerImage, decoder }));
    for (const group of inRuns(images, size)) yield* encoder.runs(vision, group);
  }

  /** `image_features` of one run. */
  private async run(feeds: Readonly<Record<string, Tensor>>): Promise<Tensor> {
    const { image_features } = await this.session.run(feeds, { image_features: null });
    return image_features;
  }

  private feeds(tensors: Readonly<Record<string, HostTensor>>): Record<string, Tensor> {
    const { Tensor } = this.backend.ort;
    return Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
        name,
        new Tensor(dtype as 'float32', data as Float32Array, shape),
      ]),
    );
  }
}
