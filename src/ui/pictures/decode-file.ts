/** Reads a person's picture file into opaque pixels with the browser's own decoder. */
import { checkPictureSize } from '../../data/user-pictures.ts';
import type { RgbImage } from '../../tensor/image.ts';

/** A longer side than this is scaled down: a cell of the grid is far smaller anyway. */
export const LONGEST_SIDE = 2048;

/** Files above this are refused before they are read. */
export const LARGEST_FILE_BYTES = 64 * 2 ** 20;

/**
 * Decodes an image file; transparency is laid over white, sides above {@link LONGEST_SIDE} pixels are
 * scaled down.
 * @throws a sentence that names the file, when it is no picture or too large
 */
export async function decodePictureFile(file: File): Promise<RgbImage> {
  if (file.size > LARGEST_FILE_BYTES) {
    throw new Error(
      `The file "${file.name}" has ${Math.round(file.size / 2 ** 20)} MB; up to ${LARGEST_FILE_BYTES / 2 ** 20} MB can be read. Save a smaller version of it.`,
    );
  }
  let bitmap: ImageBitmap;
  const { width, height } = await sizeOf(file);
  checkPictureSize(file.name, width, height);
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return rgbOf(bitmap);
  } finally {
    bitmap.close();
  }
}

function unreadable(file: File, cause: unknown): Error {
  return new Error(
    `The file "${file.name}" could not be read as a picture. Use a PNG, JPEG or WebP file.`,
    { cause },
  );
}

/** A picture's size in pixels from its first bytes: an image element decodes only what it draws. */
async function sizeOf(file: File): Promise<{ width: number; height: number }> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function rgbOf(bitmap: ImageBitmap): RgbImage {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  }
  return { width, height, data };
}
