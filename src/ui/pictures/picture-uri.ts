import type { MapPicture } from '../../figures/image-map.ts';
import type { RgbImage } from '../../tensor/image.ts';
import { drawImage } from './picture-canvas.tsx';

const QUALITY = 0.85;

/** A picture as a JPEG in a data URI, for figures that carry their picture with them. */
export function mapPicture(image: RgbImage): MapPicture {
  const canvas = document.createElement('canvas');
  drawImage(canvas, image);
  const { width, height } = image;
  return { href: canvas.toDataURL('image/jpeg', QUALITY), width, height };
}
