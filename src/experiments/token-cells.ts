/** Which of the nine cells an image token looks at. */
import type { EngineInfo } from '../runtime/engine.ts';
import type { ProcessedImage } from '../tensor/image-processor.ts';

const CELLS_PER_SIDE = 3;

/**
 * The cell (0 to 8 in reading order) in which the middle of each image token's patch lies, −1 for tokens
 * that belong to none. So far for pictures that become one square view: others have −1 everywhere.
 * @returns as many as the picture has tokens
 */
export function tokenCells(_: ProcessedImage, { vision }: EngineInfo['spec']): Int8Array {
  if (vision.kind === 'gemma3') return squareCells(vision.tokensPerSide);
  if (vision.kind !== 'clip') return new Int8Array();
  const { tower, dropClassToken } = vision;
  const cells = squareCells(Math.floor(tower.imageSize / tower.patchSize));
  return dropClassToken ? cells : Int8Array.of(-1, ...cells);
}

function squareCells(side: number): Int8Array {
  const third = (at: number) => Math.floor(((at + 0.5) * CELLS_PER_SIDE) / side);
  return Int8Array.from(
    { length: side * side },
    (_, token) => third(Math.floor(token / side)) * CELLS_PER_SIDE + third(token % side),
  );
}
