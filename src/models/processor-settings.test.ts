/** Settings of processors that are honoured, and those that are refused with a sentence. */
import { describe, expect, test } from 'vitest';
import { parseFixedProcessor } from './config.ts';
import { Fields, type JsonObject } from './fields.ts';

const COLOURS = { image_mean: [0, 0, 0], image_std: [1, 1, 1] };

function parse(settings: JsonObject) {
  return parseFixedProcessor(new Fields('the processor', { ...COLOURS, ...settings }), 42);
}

describe('sizes', () => {
  test.each<[string, JsonObject, object]>([
    [
      'a shortest edge and a smaller crop',
      { size: { shortest_edge: 56 }, crop_size: { height: 42, width: 42 } },
      { shortestEdge: 56 },
    ],
    ['numbers, as old files have them', { size: 56, crop_size: 42 }, { shortestEdge: 56 }],
    ['both sides', { size: { height: 42, width: 42 } }, { shortestEdge: undefined }],
    ['a number without a crop', { size: 42, do_center_crop: false }, { shortestEdge: undefined }],
    [
      'a crop that is switched off',
      {
        size: { height: 42, width: 42 },
        do_center_crop: false,
        crop_size: { height: 9, width: 9 },
      },
      { shortestEdge: undefined },
    ],
  ])('%s', (_, settings, expected) => {
    expect(parse(settings)).toMatchObject({ kind: 'fixed', width: 42, height: 42, ...expected });
  });
});

describe('refusals', () => {
  const crop = { crop_size: { height: 42, width: 42 } };
  test.each<[string, JsonObject, string]>([
    [
      'no resize',
      { do_resize: false, size: { shortest_edge: 42 }, ...crop },
      'the processor: do_resize should be true',
    ],
    [
      'a crop of another size than the tower',
      { size: { shortest_edge: 42 }, crop_size: { height: 28, width: 28 } },
      'pictures are resized to 28x28, but the vision tower takes 42x42',
    ],
    [
      'a shortest edge alone',
      { size: { shortest_edge: 42 }, do_center_crop: false },
      'the shortest edge alone leaves pictures of several sizes, but {"shortest_edge":42} was found',
    ],
    [
      'a stretch and a crop',
      { size: { height: 56, width: 56 }, ...crop },
      'crop_size should be the size, 56x56',
    ],
    [
      'a bound on the longer side',
      { size: { shortest_edge: 42, longest_edge: 80 }, ...crop },
      'longest_edge should be absent',
    ],
    [
      'padding to a square',
      {
        image_processor_type: 'LlavaImageProcessor',
        do_pad: true,
        size: { shortest_edge: 42 },
        ...crop,
      },
      'do_pad should be false',
    ],
    ['no size', crop, 'size should be an object, but it is missing'],
  ])('%s', (_, settings, sentence) => {
    expect(() => parse(settings)).toThrow(sentence);
  });
});
