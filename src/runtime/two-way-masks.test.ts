import { afterAll, beforeAll, expect, test } from 'vitest';
import { declaredColumns, twoWayMasks } from '../models/two-way-attention.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { modelFromGraph } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/proto.ts';
import { openNodeBackend } from './backend-node.ts';
import type { Backend } from './backend.ts';
import { describeProviders } from './testing/providers.ts';

const WINDOW = 6;
const ROWS = 2;

function masksGraph(): Uint8Array {
  const g = new GraphBuilder('masks');
  const { all, local } = twoWayMasks(g, declaredColumns(g), [WINDOW, null]);
  const shape = ['batch_size', 1, 'sequence', 'total'];
  g.output(all, 'all', 'float32', shape);
  g.output(local, 'local', 'float32', shape);
  return encodeModel(modelFromGraph(g.build()));
}

/** Tokens of two rows: an image longer than the window, two short ones, and the second row's padding. */
function tokens(length: number) {
  const image = (n: number) => (n > 1 && n < 11 ? 1 : n > 12 && n < 15 ? 2 : n === 15 ? 3 : 0);
  const columns = Array.from({ length: ROWS * length }, (_, i) => i % length);
  const order = columns.map((n, i) => (i >= length && n > length - 4 ? -1 : n));
  return { order, images: columns.map(image) };
}

/** 1 where the token of column `q` sees that of column `k`, as transformers' Gemma 3 defines it. */
function visible(q: number, k: number, order: number[], images: number[], window: number): number {
  if (order[k]! < 0) return 0;
  const sameImage = images[q]! > 0 && images[q] === images[k];
  return order[k]! > order[q]! - window && (order[k]! <= order[q]! || sameImage) ? 1 : 0;
}

describeProviders('on %s', (provider) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await openNodeBackend(provider);
  });

  afterAll(() => backend?.dispose());

  // WebGPU takes another way where the length is a multiple of 4.
  test.each([19, 20])('masks of %i tokens', async (length) => {
    const { order, images } = tokens(length);
    const { InferenceSession, Tensor } = backend.ort;
    const { executionProviders } = backend;
    const session = await InferenceSession.create(masksGraph(), { executionProviders });
    const tensor = (data: number[]) =>
      new Tensor('float32', Float32Array.from(data), [ROWS, length]);
    const feeds = {
      query_order: tensor(order),
      key_order: tensor(order),
      query_image: tensor(images),
      key_image: tensor(images),
    };
    const masks = await session.run(feeds);
    for (const [name, window] of [
      ['all', Infinity],
      ['local', WINDOW],
    ] as const) {
      const expected = Array.from({ length: ROWS * length * length }, (_, i) => {
        const first = Math.floor(i / length ** 2) * length;
        const q = first + (Math.floor(i / length) % length);
        return visible(q, first + (i % length), order, images, window);
      });
      const data = masks[name]!.data as Float32Array;
      expect(Array.from(data, (value) => (value === 0 ? 1 : value < -1e29 ? 0 : value))).toEqual(
        expected,
      );
    }
    await session.release();
  });
});
