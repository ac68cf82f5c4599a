/** Where a picture lies in the views that its image processor makes of it. */
import { bestResolution } from '../tensor/best-resolution.ts';
import type { FixedProcessor, ImageProcessorSpec } from '../tensor/image-processor.ts';
import { cropOffset, shortestSize } from './fixed-view.ts';
import { patchedSize } from './patched-view.ts';
import { centredOffset, fittedSize } from './tiled-view.ts';

/**
 * The place of the whole picture in one view, all in the view's pixels. The picture may reach beyond the
 * view (a cut, a tile) and the view beyond the picture (padding).
 */
export interface ViewPlacement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly view: { readonly width: number; readonly height: number };
}

/** A rectangle of a picture in shares of its width and height: 0 is the left or top edge, 1 the other. */
export interface PictureRectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Size = readonly [height: number, width: number];

/** One placement for each view, in the order in which the processor writes the views. */
export function viewPlacements(size: Size, settings: ImageProcessorSpec): ViewPlacement[] {
  if (settings.kind === 'fixed') return [fixedPlacement(size, settings)];
  if (settings.kind === 'patched') {
    const [height, width] = patchedSize(size, settings);
    return [{ left: 0, top: 0, width, height, view: { width, height } }];
  }
  const { tile, pinpoints } = settings;
  const resolution = bestResolution(size, pinpoints);
  const [height, width] = fittedSize(size, resolution);
  const [top, left] = [centredOffset(resolution[0], height), centredOffset(resolution[1], width)];
  const view = { width: tile, height: tile };
  const placements = [{ left: 0, top: 0, ...view, view }];
  for (let down = 0; down < resolution[0]; down += tile)
    for (let across = 0; across < resolution[1]; across += tile)
      placements.push({ left: left - across, top: top - down, width, height, view });
  return placements;
}

function fixedPlacement(size: Size, { width, height, shortestEdge }: FixedProcessor) {
  const view = { width, height };
  if (shortestEdge === undefined) return { left: 0, top: 0, ...view, view };
  const [scaledHeight, scaledWidth] = shortestSize(size, shortestEdge);
  return {
    left: -cropOffset(scaledWidth, width),
    top: -cropOffset(scaledHeight, height),
    width: scaledWidth,
    height: scaledHeight,
    view,
  };
}

/**
 * A rectangle of the picture in a view's pixels: left, top, right and bottom, the last two outside, cut
 * off at the view's edges, to the nearest pixel. Empty where the view shows nothing of it.
 */
export function rectangleInView(
  rectangle: PictureRectangle,
  { left, top, width, height, view }: ViewPlacement,
): [left: number, top: number, right: number, bottom: number] {
  const place = (offset: number, share: number, length: number, end: number) =>
    Math.min(end, Math.max(0, Math.round(offset + share * length)));
  return [
    place(left, rectangle.left, width, view.width),
    place(top, rectangle.top, height, view.height),
    place(left, rectangle.right, width, view.width),
    place(top, rectangle.bottom, height, view.height),
  ];
}
