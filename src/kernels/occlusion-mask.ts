import {
  createTensorBuffer,
  dispatch,
  requireCount,
  requireLength,
  workgroupGrid,
  type KernelDescription,
} from './compute.ts';
import source from './occlusion-mask.wgsl?raw';

/** How the pixels of a picture lie in the tensor that a vision graph reads. */
export type PixelLayout =
  /** f32 `[views, 3, height, width]`. */
  | {
      readonly kind: 'planes';
      readonly views: number;
      readonly height: number;
      readonly width: number;
    }
  /**
   * f32 `[rows · columns, 3 · frames · side · side]`: patches of `side` pixels in merge order, each with
   * its channels, frames, rows and columns. One view.
   */
  | {
      readonly kind: 'patches';
      readonly rows: number;
      readonly columns: number;
      readonly side: number;
      readonly frames: number;
      readonly mergeSize: number;
    };

/**
 * Copies of one pixel tensor in each of which a rectangle of the picture is painted over. A picture that
 * has several views (LLaVA-NeXT's base view and tiles) has a rectangle in each, so that no view still
 * shows what another hides.
 */
export interface OcclusionMasks {
  readonly count: number;
  /**
   * u32 `[count, views, 4]`: left, top, right, bottom in a view's pixels, right and bottom outside; an
   * empty rectangle leaves a view as it is.
   */
  readonly rectangles: Uint32Array<ArrayBuffer>;
  /** f32 `[3]`: red, green, blue in the tensor's own units. */
  readonly fill: Float32Array<ArrayBuffer>;
}

/** Numbers of one rectangle. */
const RECTANGLE = 4;

export function viewsOf(layout: PixelLayout): number {
  return layout.kind === 'planes' ? layout.views : 1;
}

/** Height and width of a view in pixels. */
export function viewSize(layout: PixelLayout): readonly [height: number, width: number] {
  if (layout.kind === 'planes') return [layout.height, layout.width];
  return [layout.rows * layout.side, layout.columns * layout.side];
}

/** Values of the tensor. */
export function pixelValues(layout: PixelLayout): number {
  const [height, width] = viewSize(layout);
  const frames = layout.kind === 'patches' ? layout.frames : 1;
  return viewsOf(layout) * 3 * frames * height * width;
}

/** Some of the masks, from `first` on. Shares their memory. */
export function someMasks(
  layout: PixelLayout,
  { rectangles, fill }: OcclusionMasks,
  first: number,
  count: number,
): OcclusionMasks {
  const stride = viewsOf(layout) * RECTANGLE;
  return {
    count,
    rectangles: rectangles.subarray(first * stride, (first + count) * stride),
    fill,
  };
}

/** Throws a sentence where sizes contradict each other or a rectangle leaves its view. */
export function validateOcclusionMask(
  layout: PixelLayout,
  base: Float32Array,
  { count, rectangles, fill }: OcclusionMasks,
): void {
  const [height, width] = viewSize(layout);
  requireCount('The number of masks', count, 1);
  requireCount('The number of views', viewsOf(layout), 1);
  if (layout.kind === 'patches') {
    const { rows, columns, mergeSize } = layout;
    if (rows % mergeSize !== 0 || columns % mergeSize !== 0)
      throw new Error(
        `Patches in merge order must make whole blocks of ${mergeSize}x${mergeSize}, but there are ${rows}x${columns} of them.`,
      );
  }
  requireLength('The pixels', base.length, pixelValues(layout));
  requireLength('The rectangles of the masks', rectangles.length, count * viewsOf(layout) * 4);
  requireLength('The fill colour', fill.length, 3);
  for (let at = 0; at < rectangles.length; at += RECTANGLE) {
    const [left, top] = [rectangles[at]!, rectangles[at + 1]!];
    const [right, bottom] = [rectangles[at + 2]!, rectangles[at + 3]!];
    if (left > right || top > bottom || right > width || bottom > height)
      throw new Error(
        `A masked rectangle must lie inside its view of ${width}x${height} pixels, but one goes from (${left}, ${top}) to (${right}, ${bottom}).`,
      );
  }
}

export function describeOcclusionMask(
  layout: PixelLayout,
  { count, fill }: Pick<OcclusionMasks, 'count' | 'fill'>,
): KernelDescription {
  const [height, width] = viewSize(layout);
  const values = pixelValues(layout);
  const patched =
    layout.kind === 'patches'
      ? [layout.side, layout.frames, layout.mergeSize, layout.columns]
      : [0, 0, 0, 0];
  const uniforms = new Uint32Array([
    count,
    values,
    viewsOf(layout),
    height,
    width,
    ...patched,
    // As the bits of floats.
    ...new Uint32Array(fill.buffer, fill.byteOffset, 3),
  ]);
  return {
    label: `occlusion masks, ${layout.kind}`,
    source,
    entryPoint: layout.kind,
    uniforms,
    workgroups: workgroupGrid(count * values, 64),
    outputBytes: count * values * 4,
  };
}

/**
 * Runs the kernel. All buffers are the caller's: `base` (f32, laid out by `layout`), `rectangles` as in
 * `OcclusionMasks`, and the returned one (f32, `count` copies one after another, ready to be a tensor).
 */
export function dispatchOcclusionMask(
  device: GPUDevice,
  layout: PixelLayout,
  masks: Pick<OcclusionMasks, 'count' | 'fill'>,
  buffers: { base: GPUBuffer; rectangles: GPUBuffer },
): GPUBuffer {
  const description = describeOcclusionMask(layout, masks);
  const masked = createTensorBuffer(device, 'masked pixels', description.outputBytes);
  dispatch(device, description, [buffers.base, buffers.rectangles, masked]);
  return masked;
}

/** The same in plain TypeScript: f32, `count` copies one after another. */
export function occlusionMaskReference(
  layout: PixelLayout,
  base: Float32Array,
  masks: OcclusionMasks,
): Float32Array<ArrayBuffer> {
  const masked = new Float32Array(masks.count * base.length);
  for (let mask = 0; mask < masks.count; mask++) {
    const copy = masked.subarray(mask * base.length, (mask + 1) * base.length);
    copy.set(base);
    everyRun(layout, masks, mask, (start, end, channel) => {
      copy.fill(masks.fill[channel]!, start, end);
      return true;
    });
  }
  return masked;
}

/**
 * Whether a mask changes any value, exactly: where not, its copy is the picture itself, bit by bit, and
 * nothing need be computed for it.
 */
export function maskChanges(
  layout: PixelLayout,
  base: Float32Array,
  masks: OcclusionMasks,
  mask: number,
): boolean {
  return !everyRun(layout, masks, mask, (start, end, channel) => {
    const fill = masks.fill[channel]!;
    for (let at = start; at < end; at++) if (base[at] !== fill) return false;
    return true;
  });
}

/** Whether `holds` is true of every run of neighbouring values under a mask; stops at the first false. */
function everyRun(
  layout: PixelLayout,
  { rectangles }: OcclusionMasks,
  mask: number,
  holds: (start: number, end: number, channel: number) => boolean,
): boolean {
  for (let view = 0; view < viewsOf(layout); view++) {
    const at = (mask * viewsOf(layout) + view) * RECTANGLE;
    const [left, top] = [rectangles[at]!, rectangles[at + 1]!];
    const [right, bottom] = [rectangles[at + 2]!, rectangles[at + 3]!];
    for (let y = top; y < bottom; y++)
      if (!rowRuns(layout, view, y, left, right, holds)) return false;
  }
  return true;
}

/** The same of one row of pixels. */
function rowRuns(
  layout: PixelLayout,
  view: number,
  y: number,
  left: number,
  right: number,
  holds: (start: number, end: number, channel: number) => boolean,
): boolean {
  if (layout.kind === 'planes') {
    const { height, width } = layout;
    for (let channel = 0; channel < 3; channel++) {
      const row = ((view * 3 + channel) * height + y) * width;
      if (right > left && !holds(row + left, row + right, channel)) return false;
    }
    return true;
  }
  const { columns, side, frames, mergeSize } = layout;
  const patchRow = Math.floor(y / side);
  for (let x = left; x < right;) {
    const column = Math.floor(x / side);
    const end = Math.min(right, (column + 1) * side);
    const block =
      Math.floor(patchRow / mergeSize) * (columns / mergeSize) + Math.floor(column / mergeSize);
    const place = (patchRow % mergeSize) * mergeSize + (column % mergeSize);
    const patch = block * mergeSize ** 2 + place;
    for (let square = 0; square < 3 * frames; square++) {
      const row = ((patch * 3 * frames + square) * side + (y % side)) * side - column * side;
      if (!holds(row + x, row + end, Math.floor(square / frames))) return false;
    }
    x = end;
  }
  return true;
}
