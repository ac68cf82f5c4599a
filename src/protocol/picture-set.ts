/** The pictures that a run is about. */
import type { RgbImage } from '../tensor/image.ts';

/** A person's own picture with its caption. */
export interface OwnPicture {
  readonly id: string;
  readonly caption: string;
  readonly image: RgbImage;
}

/** The data set that was loaded with the model, or the person's own pictures. */
export type PictureSet =
  'embedded' | { readonly name: string; readonly pictures: readonly OwnPicture[] };
