/** Decodes and encodes picture files. Only the command line does it this way; the tab has its own decoder. */
import sharp from 'sharp';
import { checkPictureSize } from '../data/user-pictures.ts';
import type { RgbImage } from '../tensor/image.ts';

/**
 * Decodes a PNG, JPEG or WebP: turned upright, in sRGB, transparency laid over white.
 * @throws a sentence that names the file when it cannot be read or is too large
 */
export async function decodePicture(path: string, name: string): Promise<RgbImage> {
  // The size is checked on the header, before any pixel is decoded.
  const { width, height } = await sharp(path, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => unreadable(name, error));
  checkPictureSize(name, width, height);
  const { data, info } = await sharp(path)
    .rotate()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => unreadable(name, error));
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** A picture as a JPEG in a data URI, for figures that carry their picture with them. */
export async function jpegDataUri({ width, height, data }: RgbImage): Promise<string> {
  const raw = { width, height, channels: 3 as const };
  const jpeg = await sharp(data, { raw }).jpeg({ quality: 85 }).toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

function unreadable(name: string, cause: unknown): never {
  throw new Error(
    `The picture "${name}" cannot be read as PNG, JPEG or WebP; it may be damaged. Replace or remove it.`,
    { cause },
  );
}
