/** What a probe draws from: pictures with one caption each. */
import type { RgbImage } from '../tensor/image.ts';
import { sha256 } from '../tensor/sha256.ts';

export interface DatasetItem {
  readonly id: string;
  readonly caption: string;
}

/** A set of pictures with captions. Pictures are decoded on demand; `picture` rejects on unknown ids. */
export interface ProbeDataset {
  readonly name: string;
  /** SHA-256 over captions and pixels (or the files that hold them), hexadecimal. */
  readonly hash: string;
  /** Side of a grid cell in pixels; a probe picture is `3 * cell` wide and high. */
  readonly cell: number;
  readonly items: readonly DatasetItem[];
  /** Ids that may be a target; all of them where absent. The others only serve as distractors. */
  readonly targets?: readonly string[];
  picture(id: string): Promise<RgbImage>;
}

/** SHA-256 of a picture's pixels (not of its size), hexadecimal: the records' `imageHash`. */
export function hashImage(image: RgbImage): Promise<string> {
  return sha256(image.data);
}

/** SHA-256 of several parts: the hash of their hashes, so that no part can flow into the next. */
export async function hashParts(parts: readonly Uint8Array[]): Promise<string> {
  const hashes: string[] = [];
  for (const part of parts) hashes.push(await sha256(part));
  return sha256(new TextEncoder().encode(hashes.join('\n')));
}
