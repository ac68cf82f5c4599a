/** LLaVA-NeXT (1.6): LLaVA with a tiled view of every picture. Config in, data out. */
import type { Resolution } from '../tensor/best-resolution.ts';
import type { TiledProcessor } from '../tensor/image-processor.ts';
import type { TiledClipConfig } from './clip-tiled.ts';
import { parsePixelScaling } from './config.ts';
import type { Family } from './family.ts';
import type { Fields } from './fields.ts';
import { LLAVA_PREFIXES, parseClipEncoder, parseImageToken, tiedHead } from './llava.ts';
import { outputSize } from './output-size.ts';
import { parseTextDecoder } from './text-decoders.ts';

/** transformers' default, of the config and of the processor. */
const PINPOINTS: readonly Resolution[] = [
  [336, 672],
  [672, 336],
  [672, 672],
  [1008, 336],
  [336, 1008],
];

export const LLAVA_NEXT: Family = {
  prefixes: { ...LLAVA_PREFIXES, newline: ['model.', ''] },
  parse(config) {
    const text = config.section('text_config');
    const decoder = parseTextDecoder(text, tiedHead(config, text));
    return {
      decoder,
      vision: parseTiledEncoder(config, decoder.hiddenSize),
      ...parseImageToken(config, 32000),
    };
  },
  parseProcessor: (processor, { vision }) =>
    parseTiledProcessor(processor, vision as TiledClipConfig),
};

function parseTiledEncoder(config: Fields, hiddenSize: number): TiledClipConfig {
  const encoder = parseClipEncoder(config, hiddenSize);
  if (!encoder.dropClassToken)
    throw config.error(
      'vision_feature_select_strategy',
      'default for a family that lays patches out in rows, where the class token has no place',
    );
  const { imageSize } = encoder.tower;
  return { ...encoder, kind: 'clip-tiled', pinpoints: parsePinpoints(config, imageSize) };
}

/** Resolutions `[height, width]` that can be cut into whole tiles. */
function parsePinpoints(fields: Fields, tile: number): readonly Resolution[] {
  const field = 'image_grid_pinpoints';
  const value = fields.has(field) ? fields.json[field] : PINPOINTS;
  const cuts = (side: unknown) => Number.isSafeInteger(side) && Number(side) > 0;
  const whole = (pair: unknown) =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((side) => cuts(side) && Number(side) % tile === 0);
  if (Array.isArray(value) && value.length > 0 && value.every(whole)) return value as Resolution[];
  throw fields.error(field, `a list of [height, width] in multiples of the tiles' ${tile} pixels`);
}

function parseTiledProcessor(processor: Fields, vision: TiledClipConfig): TiledProcessor {
  const tile = vision.tower.imageSize;
  // transformers sends every tile through the steps of a fixed view, which must leave it as it is.
  const { width, height, shortestEdge = tile } = outputSize(processor);
  if (width !== tile || height !== tile || shortestEdge !== tile)
    throw new Error(
      `${processor.where}: tiles are made ${width}x${height} pixels (size) and cut to crop_size, but the vision tower takes tiles of ${tile}x${tile}; set both to that.`,
    );
  const pinpoints = parsePinpoints(processor, tile);
  if (JSON.stringify(pinpoints) !== JSON.stringify(vision.pinpoints))
    throw new Error(
      `${processor.where}: image_grid_pinpoints are not those of config.json, so that tiles and image tokens would not match; use the files of one checkpoint.`,
    );
  return { kind: 'tiled', tile, pinpoints, ...parsePixelScaling(processor) };
}
