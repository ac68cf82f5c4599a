import type { Tensor } from 'onnxruntime-web';
import type { ProcessedImage } from '../tensor/image-processor.ts';
import type { HostTensor } from '../tensor/tensor.ts';
import type { VisionConfig } from '../models/vision.ts';
import { visionEncoder } from '../models/vision.ts';
import type { Backend } from './backend.ts';
import { EncodedImage, sharedFeatures } from './image-features.ts';
import { createSession, type Session } from './session.ts';

/** The vision graph as one operation: pictures in, their features out. */
export class VisionRunner {
  private readonly backend: Backend;
  private readonly config: VisionConfig;
  private readonly session: Session;
  private nextId = 1;

  constructor(backend: Backend, config: VisionConfig, session: Session) {
    this.backend = backend;
    this.config = config;
    this.session = session;
  }

  /** Makes the session. The graph's bytes are not needed afterwards. */
  static async open(
    backend: Backend,
    config: VisionConfig,
    graph: Uint8Array,
  ): Promise<VisionRunner> {
    const session = await createSession(backend, graph, 'vision encoder', ['image_features']);
    return new VisionRunner(backend, config, session);
  }

  /** Encodes pictures in the runs that the encoder asks for; the features are the caller's. */
  async encode(
    images: readonly ProcessedImage[],
    onRelease: (image: EncodedImage) => void,
  ): Promise<EncodedImage[]> {
    const encoded: EncodedImage[] = [];
    for (const run of visionEncoder(this.config).runs(this.config, images)) {
      const outputs = await this.session.run(this.feeds(run.feeds), ['image_features']);
      const shared = sharedFeatures(outputs.image_features, run.images.length);
      let firstRow = 0;
      for (const { tokens, offsets } of run.images) {
        encoded.push(
          new EncodedImage({ id: this.nextId++, tokens, offsets, firstRow, shared, onRelease }),
        );
        firstRow += tokens;
      }
    }
    return encoded;
  }

  async release(): Promise<void> {
    await this.session.release();
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
