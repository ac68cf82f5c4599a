/** Two ways to cover a part of a picture: before the image processor, and in the pixel tensor. */
import { processImage } from '../data/image-processors.ts';
import {
  blockRectangle,
  coverRectangle,
  evenTiles,
  isUniform,
  patchTiles,
  type TileBlock,
  type TileGrid,
} from '../data/picture-tiles.ts';
import { fillColour, fillPixels, type Fill } from '../data/pixel-planes.ts';
import { rectangleInView, viewPlacements } from '../data/view-placement.ts';
import type { OcclusionMasks } from '../kernels/occlusion-mask.ts';
import type { Engine, ImageFeatures } from '../runtime/engine.ts';
import { changingMasks, patchSide } from '../runtime/masked-pixels.ts';
import type { RgbImage } from '../tensor/image.ts';
import { REFERENCE_TILES } from './perception-plan.ts';

/** Covers blocks of tiles of one picture. */
export interface Occluder {
  readonly grid: TileGrid;
  /** Whether a block need not be run: its value is 0. */
  isBlank(block: TileBlock): boolean;
  /** The picture with one block covered, for each block; the features are the caller's. */
  encode(blocks: readonly TileBlock[]): Promise<ImageFeatures[]>;
}

/**
 * The published code's way: `tiles` × `tiles` tiles of the composited picture (there 20 × 20) are covered
 * before it is processed, and a tile of any one colour counts as 0.
 */
export function pictureOccluder(
  engine: Engine,
  image: RgbImage,
  fill: Fill,
  tiles = REFERENCE_TILES,
): Occluder {
  const { imageProcessor } = engine.info.spec;
  const grid = evenTiles([image.height, image.width], tiles);
  const colour = fillColour(fill, imageProcessor);
  return {
    grid,
    isBlank: (block) => isUniform(image, blockRectangle(grid, block)),
    encode(blocks) {
      const covered = blocks.map((block) =>
        coverRectangle(image, blockRectangle(grid, block), colour),
      );
      return engine.encodeImages(covered.map((one) => processImage(one, imageProcessor)));
    },
  };
}

/**
 * Tiles of `tile` × `tile` patches of the processed picture (of LLaVA-NeXT's base view; its tiles are
 * covered where they show the same), where `auto` comes nearest to `tiles` of them a side. Only blocks
 * that are in the fill colour already count as 0.
 */
export function pixelOccluder(
  engine: Engine,
  image: RgbImage,
  fill: Fill,
  tile: number | 'auto',
  tiles = REFERENCE_TILES,
): Occluder {
  const { spec } = engine.info;
  const { imageProcessor } = spec;
  const base = processImage(image, imageProcessor);
  const placements = viewPlacements([image.height, image.width], imageProcessor);
  const [first] = placements as [(typeof placements)[0]];
  const patch = patchSide(spec);
  const patches = Math.floor(Math.min(first.view.width, first.view.height) / patch);
  const grid = patchTiles(first, patch, tile === 'auto' ? tileNear(patches, tiles) : tile);
  const colour = fillPixels(fill, imageProcessor);
  const masks = (blocks: readonly TileBlock[]): OcclusionMasks => {
    const rectangles = blocks.map((block) => blockRectangle(grid, block));
    return {
      count: blocks.length,
      rectangles: Uint32Array.from(
        rectangles.flatMap((one) => placements.flatMap((place) => rectangleInView(one, place))),
      ),
      fill: colour,
    };
  };
  return {
    grid,
    isBlank: (block) => !changingMasks(base, imageProcessor, masks([block]))[0]!,
    encode: (blocks) => engine.encodeMasked(base, masks(blocks)),
  };
}

/** Patches of a tile's side that come nearest to a number of tiles. */
function tileNear(patches: number, tiles: number): number {
  return Math.max(1, Math.round(patches / tiles));
}
