import type { Tensor } from 'onnxruntime-web';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { ModelSpec } from '../models/spec.ts';
import type { VisionRun } from '../models/vision-encoder.ts';
import { visionEncoder } from '../models/vision.ts';
import type { Backend } from './backend.ts';
import { inRuns, picturesPerRun } from './batch-limit.ts';
import { EncodedImage, sharedFeatures } from './image-features.ts';
import { createSession, type GraphSource, type Session } from './session.ts';

/** What a vision run needs to know of a model. */
type VisionSpec = Pick<ModelSpec, 'vision' | 'decoder'>;

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
  async encode(
    images: readonly ProcessedImage[],
    onRelease: (image: EncodedImage) => void,
  ): Promise<EncodedImage[]> {
    const encoded: EncodedImage[] = [];
    try {
      for (const run of this.runs(images)) {
        const feeds = this.feeds(run.feeds);
        const { image_features } = await this.session.run(feeds, { image_features: null });
        const shared = sharedFeatures(image_features, run.images.length);
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

  async release(): Promise<void> {
    await this.session.release();
  }

  private *runs(images: readonly ProcessedImage[]): Generator<VisionRun> {
    if (images.length === 0) return;
    const { vision, decoder } = this.spec;
    const encoder = visionEncoder(vision);
    const tokensPerImage = encoder.runs(vision, images.slice(0, 1))[0]!.images[0]!.tokens;
    for (const group of inRuns(images, picturesPerRun({ tokensPerImage, decoder })))
      yield* encoder.runs(vision, group);
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
