/** The perception map beside the plain loop that anyone would write with transformers.js. */
import { processImage } from '../../src/data/image-processors.ts';
import { blockRectangle, singleTiles } from '../../src/data/picture-tiles.ts';
import { fillPixels } from '../../src/data/pixel-planes.ts';
import { rectangleInView, viewPlacements } from '../../src/data/view-placement.ts';
import { pixelOccluder } from '../../src/experiments/occluders.ts';
import { AskedPicture, fullMaps } from '../../src/experiments/occlusion-maps.ts';
import { occlusionMaskReference } from '../../src/kernels/occlusion-mask.ts';
import { STANDARD } from '../../src/results/scheme.ts';
import { pixelLayout } from '../../src/runtime/masked-pixels.ts';
import type { RuntimeEngine } from '../../src/runtime/model-engine.ts';
import type { HostTensor } from '../../src/tensor/tensor.ts';
import type { Item } from './items.ts';
import type { Peer } from './peer.ts';
import { ratios, spread, timeRounds, type Times } from './rounds.ts';

/** Patches of a tile's side: few enough tiles for many rounds. */
const TILE = 2;
/** Covered pictures that ours runs together. */
const BATCH = 16;
const TOLERANCE = 1e-3;
const UNWATCHED = { before: () => Promise.resolve(), passed: () => {} };

/**
 * Times both on the same tiles of one picture and prints passes a second.
 * @throws a sentence where the two maps differ
 */
export async function measurePerception(
  engine: RuntimeEngine,
  peer: Peer,
  { image, text }: Item,
  ids: readonly number[],
  rounds: number,
): Promise<void> {
  const picture = await AskedPicture.ask(engine, image, text, [STANDARD], BATCH);
  const [answer] = picture.answers;
  const token = answer!.tokenIds[0];
  if (token === undefined || answer!.tokenIds.length > 1)
    throw new Error(
      'The answer of the perception bench should be one token, so that both sides do one pass a tile; choose another group in tools/bench/items.ts.',
    );
  const occluder = pixelOccluder(engine, image, 'white', TILE);
  const { plain, masked, useful } = maskedPixels(engine, image, occluder);
  const theirs = async () => {
    const scores: number[] = [];
    for (const pixels of masked()) scores.push((await peer.logits([ids], pixels, 1))[token]!);
    return scores;
  };
  const ours = () => fullMaps(picture, occluder, UNWATCHED);

  const [map] = await ours();
  const own = useful.map((tile) => map!.values![tile]!);
  const before = (await peer.logits([ids], plain, 1))[token]!;
  const other = (await theirs()).map((score) => Math.abs(score - before));
  const worst = Math.max(...own.map((value, at) => Math.abs(value - other[at]!)));
  if (!(worst <= TOLERANCE))
    throw new Error(
      `The perception map and the plain loop should give the same changes within ${TOLERANCE}, but differ by ${worst}. Their times cannot be compared until they agree.`,
    );
  const times = await timeRounds({ ours, theirs }, rounds);
  const rate = ({ wall }: Times) =>
    spread(
      wall.map((milliseconds) => (useful.length * 1000) / milliseconds),
      1,
    );
  console.log(
    `  perception map of ${useful.length} covered pictures, ${rounds} rounds; changes differ by at most ${worst.toExponential(1)}`,
  );
  console.log(`    BaPA Workbench, ${BATCH} at once   ${rate(times.ours)} passes/s`);
  console.log(`    transformers.js, one at a time   ${rate(times.theirs)} passes/s`);
  console.log(
    `    ratio                            ${spread(ratios(times.theirs.wall, times.ours.wall), 2)}`,
  );
}

/** The picture, and the same covered ones made one by one as the loop goes, as pixel tensors. */
function maskedPixels(
  engine: RuntimeEngine,
  image: Item['image'],
  { grid, isBlank }: ReturnType<typeof pixelOccluder>,
) {
  const { imageProcessor } = engine.info.spec;
  const base = processImage(image, imageProcessor);
  const layout = pixelLayout(base, imageProcessor);
  const placements = viewPlacements([image.height, image.width], imageProcessor);
  const tiles = singleTiles(grid);
  const useful = [...tiles.keys()].filter((at) => !isBlank(tiles[at]!));
  const fill = fillPixels('white', imageProcessor);
  function* masked(): Generator<HostTensor<'float32'>> {
    for (const at of useful) {
      const rectangle = blockRectangle(grid, tiles[at]!);
      const rectangles = placements.flatMap((place) => rectangleInView(rectangle, place));
      const masks = { count: 1, rectangles: Uint32Array.from(rectangles), fill };
      const data = occlusionMaskReference(layout, base.pixels.data, masks);
      yield { dtype: 'float32', shape: [1, ...base.pixels.shape], data };
    }
  }
  return { plain: { ...base.pixels, shape: [1, ...base.pixels.shape] }, masked, useful };
}
