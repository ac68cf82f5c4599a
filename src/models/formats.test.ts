import { describe, expect, test } from 'vitest';
import { checkedGraph } from '../onnx/check.ts';
import { graphDataBytes } from '../onnx/external-data.ts';
import { buildDecoderGraph } from './decoder.ts';
import { splitDecoder } from './decoder-parts.ts';
import { openModel } from './families.ts';
import { describeFormats, parseFormats, PLANS } from './formats.ts';
import { publishedFolders, shapeCheckpoint } from './testing/shape-weights.ts';

describe('the text of formats', () => {
  test.each(['fp32', 'fp16', 'q8', 'q4', 'q4a', 'q4,vision=fp16', 'q8,embedding=q4,head=fp32'])(
    '%s is read and written back',
    (text) => {
      expect(describeFormats(parseFormats(text))).toBe(text);
    },
  );

  test('a part alone is changed', () => {
    expect(parseFormats('q4, vision=fp16')).toEqual({ ...PLANS.q4, vision: 'fp16' });
  });

  test.each(['', 'q5', 'q4,tower=q8', 'q4,vision=q5', 'q4,vision', 'toString'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseFormats(text)).toThrow(/is no format; give one of fp32/);
    },
  );
});

describe.each(await publishedFolders())('the decoder of %s at 4 bits', (folder) => {
  test('is cut into whole layers that together are all of it, each below 1 GiB', async () => {
    const { config, weights } = await openModel(await shapeCheckpoint(folder), PLANS.q4);
    const { decoder } = config;
    const parts = await splitDecoder(decoder, weights, 2 ** 30);
    expect(parts[0]!.first).toBe(0);
    expect(parts.at(-1)).toMatchObject({ end: decoder.layers, head: true });
    const presents: string[] = [];
    for (const [at, part] of parts.entries()) {
      if (at > 0) expect(part.first).toBe(parts[at - 1]!.end);
      expect(part.head).toBe(at === parts.length - 1);
      const graph = checkedGraph(await buildDecoderGraph(decoder, weights, part));
      expect(graphDataBytes(graph)).toBeLessThanOrEqual(2 ** 30);
      presents.push(...graph.outputs.flatMap(({ name }) => name!.match(/present.*key/) ?? []));
    }
    const layers = Array.from({ length: decoder.layers }, (_, layer) => `present.${layer}.key`);
    expect(presents).toEqual(layers);
  });
});
