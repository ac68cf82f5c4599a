/** What a processor that gives one view makes of a picture's sides. */
import type { Fields } from './fields.ts';

/** Pixels of the view; see `FixedProcessor` for `shortestEdge`. */
export interface OutputSize {
  readonly width: number;
  readonly height: number;
  readonly shortestEdge?: number;
}

/** Both sides, or the length that the shorter side is brought to. */
type Size = { readonly width: number; readonly height: number } | number;

/**
 * The size after `do_resize` and `do_center_crop`. Throws a sentence where pictures would come out in
 * several sizes, and where the settings ask for steps that are not built.
 */
export function outputSize(processor: Fields): OutputSize {
  if (!processor.flag('do_resize', true))
    throw processor.error(
      'do_resize',
      'true, because the vision tower takes pictures of one size only',
    );
  if (padsToSquare(processor))
    throw processor.error(
      'do_pad',
      'false, because padding a picture to a square before it is resized is not built',
    );
  const crops = processor.flag('do_center_crop', processor.has('crop_size'));
  const resized = sizeOf(processor, 'size');
  if (!crops) return uncropped(processor, resized);
  const crop = square(sizeOf(processor, processor.has('crop_size') ? 'crop_size' : 'size'));
  if (typeof resized === 'number') return { ...crop, shortestEdge: resized };
  if (resized.width === crop.width && resized.height === crop.height) return resized;
  throw processor.error(
    'crop_size',
    `the size, ${resized.width}x${resized.height}, where size gives both sides; a picture that is stretched and then cut is not built`,
  );
}

/** A bare number stands for both sides here; the shortest edge alone would leave other sizes. */
function uncropped(processor: Fields, resized: Size): OutputSize {
  if (typeof resized !== 'number') return resized;
  if (typeof processor.json['size'] === 'number') return square(resized);
  throw processor.error(
    'size',
    'a width and a height where do_center_crop is false, because the shortest edge alone leaves pictures of several sizes',
  );
}

function square(size: Size): { width: number; height: number } {
  return typeof size === 'number' ? { width: size, height: size } : size;
}

/** A size that a processor config gives as a number, by its shortest edge, or by both sides. */
function sizeOf(processor: Fields, field: string): Size {
  if (typeof processor.json[field] === 'number') return processor.count(field);
  const size = processor.section(field);
  if (!size.has('shortest_edge')) {
    return { width: size.count('width'), height: size.count('height') };
  }
  if (size.has('longest_edge'))
    throw size.error('longest_edge', 'absent, because a bound on the longer side is not built');
  return size.count('shortest_edge');
}

/** Of CLIP's processor the flag does nothing, because its views have one size already. */
function padsToSquare(processor: Fields): boolean {
  const type = String(processor.json['image_processor_type']);
  return processor.flag('do_pad', false) && /^LlavaImageProcessor/.test(type);
}
